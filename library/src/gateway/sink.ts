/**
 * Where the feeds of one connection write to. The law: what is written is counted, and it is full by what its peer has not
 * taken in. @module
 */
import type { FrameBatch } from './encoder.ts'
import type { FeedSink } from './feed.ts'
import type { GatewayCounts } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import type { EncodedFrame, SocketLike } from './ports.ts'

export interface SinkOptions {
  readonly outbox: Outbox
  readonly socket: SocketLike
  readonly counts: GatewayCounts
  /** Full beyond it. */
  readonly maxBytes: number
}

export function createSink(options: SinkOptions): FeedSink {
  return new ConnectionSink(options)
}

/** A hot object, hence a class: it is asked and written to for every batch of every connection. */
class ConnectionSink implements FeedSink {
  readonly maxBytes: number
  readonly #outbox: Outbox
  readonly #socket: SocketLike
  readonly #counts: GatewayCounts

  constructor({ outbox, socket, counts, maxBytes }: SinkOptions) {
    this.maxBytes = maxBytes
    this.#outbox = outbox
    this.#socket = socket
    this.#counts = counts
  }

  get full(): boolean {
    return this.#outbox.pendingBytes + this.#socket.bufferedBytes > this.maxBytes
  }

  push(frame: EncodedFrame): void {
    this.#counts.eventsSent += 1
    this.#outbox.push(frame)
  }

  pushBatch(batch: FrameBatch): void {
    this.#counts.eventsSent += batch.frames.length
    this.#outbox.pushBatch(batch)
  }

  onRoom(listener: () => void): void {
    this.#counts.feedsBehind += 1
    this.#outbox.flush()
    this.#socket.onDrained(listener)
  }
}
