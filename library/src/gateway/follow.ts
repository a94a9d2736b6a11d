/**
 * A thread as an iterable, for readers that are no sockets. The law: the same events in the same order as any socket gets;
 * who reads slowly is given the log, not a queue. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { ThreadRouter } from './router.ts'
import { createTail } from './tail.ts'

const PAGE_EVENTS = 100
const MAX_TAIL_EVENTS = 256

export interface FollowOptions {
  readonly owner: Owner
  readonly threadId: string
  readonly after: number
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal
  readonly router: ThreadRouter
  /** Rejects `NOT_FOUND` when there is no such thread of this owner. */
  readonly read: (range: { readonly after: number; readonly limit: number }) => Promise<readonly LoggedEvent[]>
}

export async function* follow(options: FollowOptions): AsyncGenerator<LoggedEvent, void, undefined> {
  const { owner, threadId, signal, router, read } = options
  const tail = createTail(MAX_TAIL_EVENTS)
  let delivered = options.after
  let gone = false
  let wake = Promise.withResolvers<void>()
  const onNews = (): void => wake.resolve()

  const route = router.add({
    owner,
    threadId,
    offer(events) {
      tail.offer(events)
      onNews()
    },
    hint(lastSeq) {
      tail.hint(lastSeq)
      onNews()
    },
    gone() {
      gone = true
      onNews()
    },
  })
  signal.addEventListener('abort', onNews)
  try {
    for (let mustRead = true; !gone && !signal.aborted; ) {
      wake = Promise.withResolvers()
      let events = tail.take(delivered)
      if (events.length === 0 && (mustRead || tail.lastSeq > delivered)) {
        events = await read({ after: delivered, limit: PAGE_EVENTS })
        mustRead = events.length > 0
      }
      for (const event of events) {
        if (signal.aborted) return
        delivered = event.seq
        yield event
      }
      // Also when a hint speaks of what cannot be read: the next word is waited for, instead of asking in circles.
      if (events.length === 0) await wake.promise
    }
  } catch (error) {
    // A read that lost the race against the deletion is the end of the thread, not a fault.
    if (!gone) throw error
  } finally {
    route[Symbol.dispose]()
    signal.removeEventListener('abort', onNews)
  }
}
