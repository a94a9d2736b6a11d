/** The browser-safe client and the view model of a thread: `toolcrib/client`. @module */

export { type ApprovalsOfOthers, approvalsOfOthers } from './client/approvals-of-others.ts'
export { type BranchTurn, branchOf } from './client/branches.ts'
export type {
  Client,
  ClientCall,
  ClientClock,
  ClientOptions,
  ClientStatus,
  ClientTool,
  OfferListener,
  ThreadListener,
  ThreadView,
  WebSocketLike,
} from './client/client.ts'
export {
  activeRun,
  applyEvent,
  type Conversation,
  emptyConversation,
  openApprovals,
  prependEvents,
  sentAgain,
  type Turn,
  textOf,
} from './client/conversation.ts'
export { createClient } from './client/create-client.ts'
export { ClientError, type ClientErrorCode, type ClientErrorDetails, clientErrorCodes } from './client/errors.ts'
export {
  type ConversationOptions,
  type ConversationState,
  type ConversationView,
  openConversation,
} from './client/open-conversation.ts'
export type { ApprovalView, CallView, CompactionView, OpenApproval, RunView, StepView } from './client/run-view.ts'
