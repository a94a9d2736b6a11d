/**
 * One thread as one connection reads it. The law: every event after the cursor once, in order, without a gap, from the
 * log or live; and a connection that does not keep up costs no memory, because what it has not read stays in the log.
 * @module
 */
import type { Clock } from '../agent/ports.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { EventEncoder, FrameBatch } from './encoder.ts'
import { replyFailure } from './errors.ts'
import type { EncodedFrame } from './ports.ts'
import type { ThreadReader } from './router.ts'
import { createTail } from './tail.ts'

const FIRST_PAGE_EVENTS = 64
const MAX_PAGE_EVENTS = 500
const MAX_TAIL_EVENTS = 256
const MAX_READ_FAILURES = 5
const RETRY_DELAY_MS = 250

/** Where a feed writes to. */
export interface FeedSink {
  push(frame: EncodedFrame): void
  pushBatch(batch: FrameBatch): void
  /** No more than a batch over the limit is held for this connection. */
  readonly full: boolean
  /** How much a page may be worth. */
  readonly maxBytes: number
  /** Called once, when there is room again. */
  onRoom(listener: () => void): void
}

export interface FeedOptions {
  readonly owner: Owner
  readonly threadId: string
  /** Delivery begins with the event after it. */
  readonly after: number
  readonly sink: FeedSink
  readonly encoder: EventEncoder
  readonly clock: Clock
  readonly read: (range: { readonly after: number; readonly limit: number }) => Promise<readonly LoggedEvent[]>
  /** The thread was deleted. The feed has ended. */
  readonly onGone: () => void
  /** The log could not be read, also after retries. The feed has ended. */
  readonly onFailed: (error: unknown) => void
}

export interface Feed extends ThreadReader, Disposable {
  readonly state: 'reading' | 'live' | 'behind' | 'ended'
  /** Sequence number of the last event handed to the sink. */
  readonly delivered: number
}

/** Begins with reading: add it to the router in the same turn, so that nothing falls between the log and the live events. */
export function createFeed(options: FeedOptions): Feed {
  const { owner, threadId, sink, encoder, clock, read } = options
  const tail = createTail(MAX_TAIL_EVENTS)
  let state: Feed['state'] = 'reading'
  let delivered = options.after
  let failures = 0
  let retry: Disposable | undefined
  let pageEvents = FIRST_PAGE_EVENTS

  function deliver(events: readonly LoggedEvent[]): 'all' | 'full' | 'gap' {
    for (const event of events) {
      if (event.seq <= delivered) continue
      if (event.seq !== delivered + 1) return 'gap'
      if (sink.full) return 'full'
      const frame = encoder.encode(threadId, event)
      sink.push(frame)
      delivered = event.seq
      if (frame.byteLength * pageEvents > sink.maxBytes) pageEvents = Math.max(1, Math.floor(pageEvents / 2))
    }
    return 'all'
  }

  async function readToEnd(): Promise<void> {
    for (let emptyPages = 0; ; ) {
      tail.clear()
      const limit = pageEvents
      const page = await read({ after: delivered, limit })
      if (isEnded()) return
      failures = 0
      pageEvents = Math.min(MAX_PAGE_EVENTS, pageEvents * 2)
      const got = deliver(page)
      if (got === 'gap') throw new Error(`The log of thread "${threadId}" lacks the event after ${delivered}`)
      if (got === 'full' || deliver(tail.take(delivered)) === 'full') return fallBehind()
      if (page.length === 0) emptyPages += 1
      // A hint may speak of what cannot be read: two empty pages say that it does.
      if (page.length < limit && (delivered >= tail.lastSeq || emptyPages > 1)) {
        state = 'live'
        return
      }
    }
  }

  function catchUp(): void {
    state = 'reading'
    readToEnd().catch(onReadFailure)
  }

  function onReadFailure(error: unknown): void {
    if (isEnded()) return
    if (replyFailure(error).code === 'NOT_FOUND') return gone()
    failures += 1
    if (failures >= MAX_READ_FAILURES) {
      end()
      return options.onFailed(error)
    }
    state = 'behind'
    retry = clock.setTimeout(catchUp, RETRY_DELAY_MS * 2 ** failures)
  }

  function fallBehind(): void {
    state = 'behind'
    tail.clear()
    sink.onRoom(() => {
      if (state === 'behind') catchUp()
    })
  }

  function gone(): void {
    if (isEnded()) return
    end()
    options.onGone()
  }

  function end(): void {
    state = 'ended'
    tail.clear()
    retry?.[Symbol.dispose]()
  }

  function isEnded(): boolean {
    return state === 'ended'
  }

  catchUp()

  return {
    owner,
    threadId,
    offer(events, batch) {
      if (state === 'reading') return tail.offer(events)
      if (state !== 'live') return
      const last = events.at(-1)?.seq ?? delivered
      // The usual case, in one step for all of them: they are the next ones, without a gap between them.
      if (events[0]?.seq === delivered + 1 && last === delivered + events.length && !sink.full) {
        sink.pushBatch(batch)
        delivered = last
        return
      }
      const got = deliver(events)
      if (got === 'gap') catchUp()
      if (got === 'full') fallBehind()
    },
    hint(lastSeq) {
      tail.hint(lastSeq)
      if (state === 'live' && lastSeq > delivered) catchUp()
    },
    gone,
    get state() {
      return state
    },
    get delivered() {
      return delivered
    },
    [Symbol.dispose]: end,
  }
}
