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
  const feed = new ThreadFeed(options)
  feed.catchUp()
  return feed
}

/** A hot object, hence a class: each batch of events is offered to a thousand of them. */
class ThreadFeed implements Feed {
  readonly owner: Owner
  readonly threadId: string
  readonly #options: FeedOptions
  readonly #sink: FeedSink
  readonly #tail = createTail(MAX_TAIL_EVENTS)
  #state: Feed['state'] = 'reading'
  #delivered: number
  #failures = 0
  #retry: Disposable | undefined
  #pageEvents = FIRST_PAGE_EVENTS

  constructor(options: FeedOptions) {
    this.owner = options.owner
    this.threadId = options.threadId
    this.#options = options
    this.#sink = options.sink
    this.#delivered = options.after
  }

  get state(): Feed['state'] {
    return this.#state
  }

  get delivered(): number {
    return this.#delivered
  }

  offer(events: readonly LoggedEvent[], batch: FrameBatch): void {
    if (this.#state === 'reading') return this.#tail.offer(events)
    if (this.#state !== 'live') return
    const next = this.#delivered + 1
    const last = events.at(-1)?.seq ?? this.#delivered
    // The usual case, in one step for all of them: they are the next ones, without a gap between them.
    if (events[0]?.seq === next && last === this.#delivered + events.length && !this.#sink.full) {
      this.#sink.pushBatch(batch)
      this.#delivered = last
      return
    }
    const got = this.#deliver(events)
    if (got === 'gap') this.catchUp()
    if (got === 'full') this.#fallBehind()
  }

  hint(lastSeq: number): void {
    this.#tail.hint(lastSeq)
    if (this.#state === 'live' && lastSeq > this.#delivered) this.catchUp()
  }

  gone(): void {
    if (this.#state === 'ended') return
    this[Symbol.dispose]()
    this.#options.onGone()
  }

  [Symbol.dispose](): void {
    this.#state = 'ended'
    this.#tail.clear()
    this.#retry?.[Symbol.dispose]()
  }

  catchUp(): void {
    this.#state = 'reading'
    this.#readToEnd().catch((error: unknown) => this.#onReadFailure(error))
  }

  async #readToEnd(): Promise<void> {
    const { read, threadId } = this.#options
    for (let emptyPages = 0; ; ) {
      this.#tail.clear()
      const limit = this.#pageEvents
      const page = await read({ after: this.#delivered, limit })
      if (this.#isEnded()) return
      this.#failures = 0
      this.#pageEvents = Math.min(MAX_PAGE_EVENTS, this.#pageEvents * 2)
      const got = this.#deliver(page)
      if (got === 'gap') throw new Error(`The log of thread "${threadId}" lacks the event after ${this.#delivered}`)
      if (got === 'full' || this.#deliver(this.#tail.take(this.#delivered)) === 'full') return this.#fallBehind()
      if (page.length === 0) emptyPages += 1
      // A hint may speak of what cannot be read: two empty pages say that it does.
      if (page.length < limit && (this.#delivered >= this.#tail.lastSeq || emptyPages > 1)) {
        this.#state = 'live'
        return
      }
    }
  }

  #deliver(events: readonly LoggedEvent[]): 'all' | 'full' | 'gap' {
    const { encoder, threadId } = this.#options
    const sink = this.#sink
    for (const event of events) {
      if (event.seq <= this.#delivered) continue
      if (event.seq !== this.#delivered + 1) return 'gap'
      if (sink.full) return 'full'
      const frame = encoder.encode(threadId, event)
      sink.push(frame)
      this.#delivered = event.seq
      if (frame.byteLength * this.#pageEvents > sink.maxBytes) {
        this.#pageEvents = Math.max(1, Math.floor(this.#pageEvents / 2))
      }
    }
    return 'all'
  }

  #onReadFailure(error: unknown): void {
    if (this.#isEnded()) return
    if (replyFailure(error).code === 'NOT_FOUND') return this.gone()
    this.#failures += 1
    if (this.#failures >= MAX_READ_FAILURES) {
      this[Symbol.dispose]()
      return this.#options.onFailed(error)
    }
    this.#state = 'behind'
    this.#retry = this.#options.clock.setTimeout(() => this.catchUp(), RETRY_DELAY_MS * 2 ** this.#failures)
  }

  #fallBehind(): void {
    this.#state = 'behind'
    this.#tail.clear()
    this.#sink.onRoom(() => {
      if (this.#state === 'behind') this.catchUp()
    })
  }

  /** What is awaited meanwhile may end it. */
  #isEnded(): boolean {
    return this.#state === 'ended'
  }
}
