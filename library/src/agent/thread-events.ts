/**
 * A thread's whole log, page by page.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { AgentError } from './errors.ts'
import type { EventStore } from './ports.ts'

const PAGE = 500

/** @throws AgentError `NOT_FOUND`, and what the store throws. */
export async function* readThread(events: EventStore, owner: Owner, threadId: string): AsyncGenerator<LoggedEvent> {
  for (let after = 0; ; ) {
    const page = await events.read(owner, threadId, { after, limit: PAGE })
    if (page === undefined) throw new AgentError('NOT_FOUND', { what: 'thread', id: threadId })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}
