/** Public entry `toolcrib/registry`: names, scopes, verdicts, audit stream, metrics and health. @module */

export type { AuditListener, AuditRecord, SubscribeOptions, WithdrawalReason } from './registry/audit.ts'
export { createRegistry } from './registry/create-registry.ts'
export type { Admission, AdmissionRefusal, Entry, Filter, Validator, ValidatorObjection } from './registry/entry.ts'
export {
  describeVerdict,
  type RegistryCode,
  RegistryError,
  type RegistryErrorDetails,
  type RegistryRetry,
  registryCatalogue,
} from './registry/errors.ts'
export type { HealthReason, HealthState, RegistryHealth } from './registry/health.ts'
export type { RegistryMetrics, ScopeCounts } from './registry/metrics.ts'
export { foldName, isValidName, namePattern } from './registry/names.ts'
export type {
  AddOptions,
  CloseReport,
  HealthOptions,
  OfferOptions,
  Registration,
  Registry,
  RegistryClock,
  RegistryOptions,
  ReplaceOptions,
  ScopeOptions,
  ScopeSnapshot,
} from './registry/registry.ts'
export type { Advisory, Place, Trust, Verdict, VerdictCode, VerdictWord } from './registry/verdict.ts'
export type { EntryView, ScopeView } from './registry/view.ts'
