/** Hooks for a page of one's own, those of the console: `toolcrib/react`. Needs React 19. @module */
export { ReactError, type ReactErrorCode, type ReactErrorDetails, reactErrorCodes } from './react/errors.ts'
export type { Connection } from './react/page-state.ts'
export { ToolcribProvider, type ToolcribProviderProps } from './react/toolcrib-provider.ts'
export { type Question, type ShownApproval, useApproval } from './react/use-approval.ts'
export { useApprovals, type WaitingApprovals } from './react/use-approvals.ts'
export { useClient } from './react/use-client.ts'
export { useConnection } from './react/use-connection.ts'
export { type OfferedTools, useOfferedTools } from './react/use-offered-tools.ts'
export { type ShownRun, useRun } from './react/use-run.ts'
export {
  type OpenThread,
  type SendOptions,
  type Sent,
  type ThreadActions,
  type ThreadOptions,
  useThread,
} from './react/use-thread.ts'
export { type Threads, type ThreadsOptions, useThreads } from './react/use-threads.ts'
export { type ShownTools, useTools } from './react/use-tools.ts'
export { type ShownUsage, useUsage } from './react/use-usage.ts'
