/** What this user has used, and where the budgets stand that bind them; asked again as runs begin and end. @module */
import { useMemo } from 'react'
import type { Client } from '../client/client.ts'
import type { Replies } from '../protocol/frames.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { useAsked } from './use-asked.ts'

export interface ShownUsage {
  /** Undefined until the server has answered. Money in millionths of its `currency`, times in milliseconds. */
  readonly usage: Replies['usage.get'] | undefined
  readonly problem: Failure | undefined
  readonly askAgain: () => void
}

export function useUsage(): ShownUsage {
  const { answer: usage, problem, askAgain } = useAsked({ ask: askUsage, changes: onRunsChanged })
  return useMemo(() => ({ usage, problem, askAgain }), [usage, problem, askAgain])
}

function askUsage(client: Client): Promise<Replies['usage.get']> {
  return client.usage()
}

/** A thread changes when its run begins and when it ends. */
function onRunsChanged(client: Client, changed: () => void): Disposable {
  return client.onThreadsChanged(changed)
}
