/**
 * What waits to be written. The law: a connection's frames keep their order, and all connections with something to say
 * are written in one turn, each with one write; one that cannot be written harms no other. @module
 */
import type { FrameBatch } from './encoder.ts'
import type { EncodedFrame } from './ports.ts'

export interface Outbox {
  push(frame: EncodedFrame): void
  /** The same for many at once: costs nothing for each of them while nothing else waits. */
  pushBatch(batch: FrameBatch): void
  /** Writes what waits now, instead of at the end of the turn. */
  flush(): void
  /** Bytes that were pushed and not yet written. */
  readonly pendingBytes: number
}

/** What an outbox writes to. */
export interface Writer {
  write(frames: readonly EncodedFrame[]): void
  /** Told what `write` threw; what was to be written is lost then. */
  onUnwritable(error: unknown): void
}

export interface Outboxes {
  open(writer: Writer): Outbox
}

export function createOutboxes(): Outboxes {
  const turn = createTurn()
  return { open: (writer) => new TurnOutbox(writer, turn) }
}

/** Those who have something to be written at the end of this turn of the event loop. */
interface Turn {
  add(outbox: Outbox): void
}

function createTurn(): Turn {
  let dirty: Outbox[] = []

  function flushAll(): void {
    const flushed = dirty
    dirty = []
    for (const outbox of flushed) outbox.flush()
  }

  return {
    add(outbox) {
      if (dirty.push(outbox) === 1) setImmediate(flushAll)
    },
  }
}

/** A hot object, hence a class: every connection has one, and every batch is pushed to a thousand of them. */
class TurnOutbox implements Outbox {
  readonly #writer: Writer
  readonly #turn: Turn
  #frames: EncodedFrame[] | undefined
  /** A batch that waits alone, shared with all others who got it. */
  #batch: readonly EncodedFrame[] | undefined
  #pendingBytes = 0

  constructor(writer: Writer, turn: Turn) {
    this.#writer = writer
    this.#turn = turn
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  push(frame: EncodedFrame): void {
    this.#wake()
    this.#own().push(frame)
    this.#pendingBytes += frame.byteLength
  }

  pushBatch(pushed: FrameBatch): void {
    this.#wake()
    if (this.#pendingBytes === 0) {
      this.#batch = pushed.frames
    } else {
      const own = this.#own()
      for (const frame of pushed.frames) own.push(frame)
    }
    this.#pendingBytes += pushed.byteLength
  }

  flush(): void {
    if (this.#pendingBytes === 0) return
    const written = this.#batch ?? this.#own()
    this.#frames = undefined
    this.#batch = undefined
    this.#pendingBytes = 0
    // One that cannot be written must not cost the others of this turn theirs.
    try {
      this.#writer.write(written)
    } catch (error) {
      this.#writer.onUnwritable(error)
    }
  }

  #wake(): void {
    if (this.#pendingBytes === 0) this.#turn.add(this)
  }

  /** What waits here and is shared with nobody. */
  #own(): EncodedFrame[] {
    this.#frames ??= this.#batch === undefined ? [] : [...this.#batch]
    this.#batch = undefined
    return this.#frames
  }
}
