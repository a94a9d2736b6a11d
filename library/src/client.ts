/** The browser-safe client and the view model of a thread: `toolcrib/client`. @module */
export type {
  Client,
  ClientClock,
  ClientOptions,
  ClientStatus,
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
  type Turn,
  textOf,
} from './client/conversation.ts'
export { createClient } from './client/create-client.ts'
export { ClientError, type ClientErrorCode, type ClientErrorDetails, clientErrorCodes } from './client/errors.ts'
export type { ApprovalView, CallView, CompactionView, OpenApproval, RunView, StepView } from './client/run-view.ts'
