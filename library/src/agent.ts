/** Public entry `toolcrib/agent`: agents, the supervisor of a node, the ports it stands on, and their errors. @module */

export type {
  AdministrationStore,
  AuditQuery,
  AuditStore,
  RunEvents,
  RunPage,
  RunPlace,
  RunQuery,
  RunReport,
  RunState,
} from './agent/administration-ports.ts'
export { type Agent, type AgentDefinition, defineAgent, type RunLimits } from './agent/agent.ts'
export { type AgentToolOptions, agentTool } from './agent/agent-tool.ts'
export {
  type AttachmentLimits,
  defaultAttachmentLimits,
  type NewFile,
  type OpenAttachment,
} from './agent/attachments.ts'
export { createSystemClock } from './agent/clock.ts'
export { createSupervisor, type SupervisorOptions } from './agent/create-supervisor.ts'
export {
  AgentError,
  type AgentErrorCode,
  type AgentErrorDetails,
  agentErrorCodes,
  type CallFailureCode,
  callFailureCodes,
  failureOf,
  ModelError,
  type ModelErrorCode,
  type ModelErrorDetails,
  modelErrorCodes,
  type RunFailureCode,
  runFailureCodes,
  StoreError,
  type StoreErrorCode,
  type StoreErrorDetails,
  storeErrorCodes,
} from './agent/errors.ts'
export { defaultRunLimits } from './agent/limits.ts'
export { imageTypes as attachableImageTypes } from './agent/media-type.ts'
export type { Price } from './agent/model-price.ts'
export type {
  Accepted,
  Answered,
  ApprovalAnswer,
  ApprovalRecord,
  ApprovalStore,
  AttachmentContent,
  AttachmentStore,
  Clock,
  EventRange,
  EventStore,
  Fence,
  InboxRecord,
  InboxStore,
  LeaseStore,
  Logger,
  Model,
  ModelAttachment,
  ModelMessage,
  ModelPart,
  ModelRequest,
  ModelTool,
  NewAttachment,
  NewRevocation,
  NewRun,
  NewThread,
  RecordStore,
  ReservationAnswer,
  ReservationHolder,
  ReservationRequest,
  Revocation,
  RevocationStore,
  RunRecord,
  RunStore,
  ServingStore,
  Store,
  StoredRecord,
  StoreHealth,
  ThreadStore,
  UsageStore,
  Want,
} from './agent/ports.ts'
export type { LateCall } from './agent/run-context.ts'
export type { Seat } from './agent/seats.ts'
export type { Reserved } from './agent/spending.ts'
export type { SendMessage, Supervisor, SupervisorNotice } from './agent/supervisor.ts'
export { createTranscript, type Transcript } from './agent/transcript.ts'
