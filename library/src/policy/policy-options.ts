/** Reads a policy's options. The law: an option that is not understood stops the start, with its name. @module */
import type { Approvers } from '../protocol/approvers.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import { PolicyError, showReceived } from './errors.ts'
import type { ApprovalRule, Permission, PolicyOptions } from './policy.ts'
import { type CompiledSelector, compileSelector } from './selector.ts'

export interface CompiledRule {
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly tools: readonly CompiledSelector[]
}

export interface CompiledApprovalRule {
  readonly tools: readonly CompiledSelector[]
  /** Undefined: it does not say who. */
  readonly by: Approvers | undefined
}

export interface CompiledPolicyOptions {
  readonly rules: readonly CompiledRule[]
  readonly approve: readonly CompiledApprovalRule[]
  readonly approvalTimeoutMs: number
}

const dayMs = 86_400_000
const selectorForms = 'a list of `*`, names, `tag:…`, `category:…` and `effect:read|write|destructive`'

export function compilePolicyOptions(options: PolicyOptions): CompiledPolicyOptions {
  assertKnownKeys(options, 'options', ['allow', 'approve', 'approvalTimeoutMs'])
  const { allow, approve = ['effect:destructive'], approvalTimeoutMs = dayMs } = options
  if (!Array.isArray(allow)) throw invalid('allow', 'a list of rules', allow)
  if (typeof approvalTimeoutMs !== 'number' || !(approvalTimeoutMs > 0)) {
    throw invalid('approvalTimeoutMs', 'a positive number of milliseconds', approvalTimeoutMs)
  }
  // `Array.from` looks into holes too, which `map` would pass over and leave.
  const rules = Array.from(options.allow, (rule, index): CompiledRule => {
    const at = `allow[${index}]`
    assertKnownKeys(rule, at, ['roles', 'scopes', 'tools'])
    return {
      roles: readGrants(rule.roles, `${at}.roles`, 'a list of role names'),
      scopes: readGrants(rule.scopes, `${at}.scopes`, 'a list of scope names'),
      tools: readSelectors(rule.tools, `${at}.tools`),
    }
  })
  if (!Array.isArray(approve)) throw invalid('approve', 'a list of selectors and rules { tools, by }', approve)
  return {
    rules,
    approve: Array.from(approve, (rule: ApprovalRule, index) => readApprovalRule(rule, `approve[${index}]`)),
    approvalTimeoutMs,
  }
}

function readApprovalRule(rule: ApprovalRule, at: string): CompiledApprovalRule {
  if (typeof rule === 'string') return { tools: [readSelector(rule, at)], by: undefined }
  if (typeof rule !== 'object') throw invalid(at, 'a selector, or an object of tools, by', rule)
  assertKnownKeys(rule, at, ['tools', 'by'])
  const tools = readSelectors(rule.tools, `${at}.tools`)
  const { by } = rule
  assertKnownKeys(by, `${at}.by`, ['roles', 'users', 'requester'])
  const roles = readGrants(by.roles, `${at}.by.roles`, 'a list of role names')
  const users = readGrants(by.users, `${at}.by.users`, 'a list of user names')
  const { requester = false } = by
  if (typeof requester !== 'boolean') throw invalid(`${at}.by.requester`, 'true or false', requester)
  if (roles.length === 0 && users.length === 0 && !requester) {
    throw invalid(`${at}.by`, 'somebody: roles, users, or requester: true', 'nobody')
  }
  return { tools, by: Object.freeze({ roles: Object.freeze([...roles]), users: Object.freeze([...users]), requester }) }
}

/** What of a requirement the principal lacks. Undefined: nothing. */
export function missingOf(
  principal: Principal,
  required: { readonly roles?: readonly string[]; readonly scopes?: readonly string[] },
): Extract<Permission, { allowed: false }> | undefined {
  const roles = (required.roles ?? []).filter((role) => !holds(principal.roles, role))
  if (roles.length > 0) return { allowed: false, reason: 'missing_role', missing: roles }
  const scopes = (required.scopes ?? []).filter((scope) => !holds(principal.scopes, scope))
  return scopes.length > 0 ? { allowed: false, reason: 'missing_scope', missing: scopes } : undefined
}

/** A text in the place of the list includes parts of words: `admin` would be in `administrator`. */
function holds(grants: readonly string[], wanted: string): boolean {
  return Array.isArray(grants) && grants.includes(wanted)
}

/** Only what is left out asks for nothing: null may stand for a list that could not be read. */
function readGrants(value: unknown, option: string, expected: string): readonly string[] {
  return value === undefined ? [] : readTexts(value, option, expected)
}

function readSelectors(value: unknown, option: string): readonly CompiledSelector[] {
  return readTexts(value, option, selectorForms).map((source, index) => readSelector(source, `${option}[${index}]`))
}

function readSelector(source: string, option: string): CompiledSelector {
  const selector = compileSelector(source)
  const word = source.slice(source.indexOf(':') + 1)
  const isEffect = word === 'read' || word === 'write' || word === 'destructive'
  const isUnknown = selector.form === 'unknown' || (selector.form === 'effect' && !isEffect)
  if (isUnknown || word !== word.trim() || word === '') throw invalid(option, selectorForms, source)
  return selector
}

function readTexts(value: unknown, option: string, expected: string): readonly string[] {
  if (!Array.isArray(value)) throw invalid(option, expected, value)
  return Array.from(value, (text: unknown, index) => {
    if (typeof text === 'string' && text !== '') return text
    throw invalid(`${option}[${index}]`, 'a string that is not empty', text)
  })
}

function assertKnownKeys(value: unknown, option: string, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(option, 'an object', value)
  const stray = Object.keys(value).find((key) => !known.includes(key))
  if (stray !== undefined) throw invalid(option, `an object of ${known.join(', ')}`, stray)
}

function invalid(option: string, expected: string, received: unknown): PolicyError {
  return new PolicyError('POLICY_INVALID', { option, expected, received: showReceived(received) })
}
