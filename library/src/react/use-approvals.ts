/** What of other people waits for this user's answer, live. One's own stand in their threads. @module */
import { useMemo } from 'react'
import { type ApprovalsOfOthers, approvalsOfOthers } from '../client/approvals-of-others.ts'
import type { Client } from '../client/client.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { useAsked } from './use-asked.ts'

export interface WaitingApprovals extends ApprovalsOfOthers {
  /** Why the server did not answer. What it had answered stays. */
  readonly problem: Failure | undefined
}

const nothing: ApprovalsOfOthers = Object.freeze({ approvals: [], ownThreads: [], more: false })

export function useApprovals(): WaitingApprovals {
  const { answer = nothing, problem } = useAsked({ ask: approvalsOfOthers, changes: onApprovalsChanged })
  return useMemo(() => ({ ...answer, problem }), [answer, problem])
}

function onApprovalsChanged(client: Client, changed: () => void): Disposable {
  return client.onApprovalsChanged(changed)
}
