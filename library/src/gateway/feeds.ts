/**
 * The threads that one connection has open. The law: at most so many, each fed once, all ended with the connection.
 * @module
 */
import type { Clock } from '../agent/ports.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { EventEncoder } from './encoder.ts'
import { GatewayError } from './errors.ts'
import { createFeed, type FeedSink } from './feed.ts'
import type { ThreadRouter } from './router.ts'

export interface FeedsOptions {
  readonly owner: Owner
  readonly maxOpenThreads: number
  readonly sink: FeedSink
  readonly router: ThreadRouter
  readonly encoder: EventEncoder
  readonly clock: Clock
  readonly read: (
    threadId: string,
    range: { readonly after: number; readonly limit: number },
  ) => Promise<readonly LoggedEvent[]>
  readonly onGone: (threadId: string) => void
  readonly onFailed: (threadId: string, error: unknown) => void
}

export interface Feeds extends Disposable {
  /**
   * Keeps a place for a thread that is being opened, until `settle`.
   *
   * @throws {@link GatewayError} `TOO_MANY_OPEN_THREADS`.
   */
  expect(threadId: string): void
  /** Feeds the thread from `after` on; one that is open already begins again there. */
  open(threadId: string, after: number): void
  settle(threadId: string): void
  leave(threadId: string): void
  count(): number
  has(threadId: string): boolean
}

export function createFeeds(options: FeedsOptions): Feeds {
  const { owner, maxOpenThreads, router, read, onGone, onFailed, ...shared } = options
  const feeds = new Map<string, Disposable>()
  const expected = new Set<string>()
  let ended = false

  function leave(threadId: string): void {
    const feed = feeds.get(threadId)
    feeds.delete(threadId)
    feed?.[Symbol.dispose]()
  }

  return {
    expect(threadId) {
      const places = new Set([...feeds.keys(), ...expected, threadId])
      if (places.size > maxOpenThreads) throw new GatewayError('TOO_MANY_OPEN_THREADS', { maxOpenThreads })
      expected.add(threadId)
    },
    open(threadId, after) {
      if (ended) return
      leave(threadId)
      const feed = createFeed({
        ...shared,
        owner,
        threadId,
        after,
        read: (range) => read(threadId, range),
        onGone: () => {
          leave(threadId)
          onGone(threadId)
        },
        onFailed: (error) => {
          leave(threadId)
          onFailed(threadId, error)
        },
      })
      const route = router.add(feed)
      feeds.set(threadId, {
        [Symbol.dispose]: () => {
          route[Symbol.dispose]()
          feed[Symbol.dispose]()
        },
      })
    },
    settle: (threadId) => void expected.delete(threadId),
    leave,
    count: () => feeds.size,
    has: (threadId) => feeds.has(threadId),
    [Symbol.dispose]() {
      ended = true
      for (const threadId of feeds.keys()) leave(threadId)
    },
  }
}
