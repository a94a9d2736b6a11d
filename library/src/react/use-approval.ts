/**
 * The answer to one question. The law: it is given once, however often the button is pressed; and what the page shows of it
 * is the server's word, so two tabs cannot disagree. @module
 */
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Client } from '../client/client.ts'
import type { Failure, JsonValue } from '../protocol/vocabulary.ts'
import { failureOf } from './errors.ts'
import { usePageState } from './page-state.ts'
import { useNow } from './use-now.ts'

/** What is needed of a question: one of a thread, and one of other people, both fit. */
export interface Question {
  readonly approvalId: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface ShownApproval {
  /** `answered`: the server took the answer; the event that says so takes the question away. */
  readonly state: 'open' | 'answering' | 'answered'
  /** Why the last answer was not taken, such as because somebody else's was. */
  readonly problem: Failure | undefined
  /** In whole seconds, by this page's clock; 0: it is over, or soon will be. Undefined on a server. */
  readonly expiresInMs: number | undefined
  /** `input`: arguments in the place of those that were asked about. Settles when the server has answered; does not reject. */
  readonly approve: (change?: { readonly input?: JsonValue; readonly reason?: string }) => Promise<void>
  /** `reason` is told to the agent. Settles when the server has answered; does not reject. */
  readonly deny: (reason?: string) => Promise<void>
}

type Answer = Parameters<Client['answer']>[1]

interface Given {
  readonly client: Client
  readonly approvalId: string
  readonly state: ShownApproval['state']
  readonly problem?: Failure
}

export function useApproval({ approvalId, expiresAt }: Question): ShownApproval {
  const { client, clock } = usePageState('useApproval')
  const [last, setLast] = useState<Given>()
  const underway = useRef<{ readonly approvalId: string; readonly done: Promise<void> }>(undefined)
  // Another question begins with nothing, from its first frame on.
  const given = last?.approvalId === approvalId && last.client === client ? last : undefined
  const state = given?.state ?? 'open'
  const now = useNow(clock, state !== 'answered')

  const answer = useCallback(
    (sent: Answer): Promise<void> => {
      if (underway.current?.approvalId === approvalId) return underway.current.done
      const show = (change: Pick<Given, 'state' | 'problem'>): void => setLast({ client, approvalId, ...change })
      show({ state: 'answering' })
      const done = client.answer(approvalId, sent).then(
        () => show({ state: 'answered' }),
        (error: unknown) => {
          if (underway.current?.done === done) underway.current = undefined
          show({ state: 'open', problem: failureOf(error) })
        },
      )
      underway.current = { approvalId, done }
      return done
    },
    [client, approvalId],
  )

  return useMemo(
    () => ({
      state,
      problem: given?.problem,
      expiresInMs: now === undefined ? undefined : Math.max(0, expiresAt - now),
      approve: (change = {}) => answer({ decision: 'approved', ...change }),
      deny: (reason) => answer({ decision: 'denied', ...(reason === undefined ? {} : { reason }) }),
    }),
    [state, given, now, expiresAt, answer],
  )
}
