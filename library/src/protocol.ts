/** The wire, the events and the run contract: `toolcrib/protocol`. @module */

export { type Answerable, type Approvers, describeApprovers, mayAnswer } from './protocol/approvers.ts'
export { attachmentNameOf, faultOfAttachmentName, MAX_ATTACHMENT_NAME_CHARS } from './protocol/attachment-name.ts'
export { type AuditEntry, type AuditKind, auditKinds, type NewAuditEntry } from './protocol/audit.ts'
export { COMMAND_BOUNDS, commandBodySchema, commandIdSchema, commandTypes, isCommandType } from './protocol/commands.ts'
export {
  type ContractChecker,
  type ContractRule,
  checkContract,
  contractRules,
  createContractChecker,
  type Violation,
} from './protocol/contract.ts'
export type {
  AgentCompleted,
  AgentMessage,
  AgentRewound,
  AgentStarted,
  AgentThinking,
  ApprovalDecision,
  ApprovalRequested,
  ApprovalResolved,
  ContextCompacted,
  LimitWarning,
  LoggedEvent,
  MessageAdded,
  RequestedCall,
  RunEvent,
  StepCompleted,
  SubagentEvent,
  ThreadEvent,
  ThreadEventType,
  ThreadRenamed,
  ToolCompleted,
  ToolExecuting,
  ToolLate,
  ToolProgress,
} from './protocol/events.ts'
export { explicitJson } from './protocol/explicit-json.ts'
export {
  type ApprovalsChanged,
  CLOSE,
  type Command,
  type CommandBody,
  type CommandType,
  type ErrorReply,
  type EventFrame,
  type Goodbye,
  type Hello,
  type InboxApproval,
  type OkReply,
  type Replies,
  type ServerFrame,
  SUBPROTOCOL,
  type ThreadGone,
  type ThreadsChanged,
  TICKET_SUBPROTOCOL_PREFIX,
  type ToolCall,
  type ToolCancel,
  type ToolInfo,
} from './protocol/frames.ts'
export { createId, type IdPrefix } from './protocol/ids.ts'
export { describeAmount, describeLimit, describeUsage } from './protocol/limit-text.ts'
export { attachmentsOf, textsOf } from './protocol/message-parts.ts'
export type { OfferedTool, OfferVerdict } from './protocol/offered-tool.ts'
export type {
  Attachment,
  AttachmentPart,
  BudgetLevel,
  BudgetResource,
  BudgetWindow,
  CallOutcome,
  Effect,
  Failure,
  JsonObject,
  JsonPrimitive,
  JsonValue,
  LimitFacts,
  MessagePart,
  Owner,
  Principal,
  Retry,
  RunOutcome,
  SentPart,
  TextPart,
  Thread,
  TokenUsage,
  Usage,
  UsageReport,
  WindowUsage,
} from './protocol/vocabulary.ts'
