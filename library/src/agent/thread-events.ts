/**
 * A thread's log, page by page, and what its events hold.
 *
 * @module
 */
import type { LoggedEvent, ThreadEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { AgentError } from './errors.ts'
import type { EventStore } from './ports.ts'

const PAGE = 500

/** From `start` + 1 on. @throws AgentError `NOT_FOUND`, and what the store throws. */
export async function* readThread(
  events: EventStore,
  owner: Owner,
  threadId: string,
  start: number = 0,
): AsyncGenerator<LoggedEvent> {
  for (let after = start; ; ) {
    const page = await events.read(owner, threadId, { after, limit: PAGE })
    if (page === undefined) throw new AgentError('NOT_FOUND', { what: 'thread', id: threadId })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}

/** What an agent inside a call said, or the event itself. */
export function innermost(event: ThreadEvent): ThreadEvent {
  let inner = event
  while (inner.type === 'subagent_event') inner = inner.event
  return inner
}
