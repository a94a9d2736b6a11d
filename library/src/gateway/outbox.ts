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

export interface Outboxes {
  /** `onFailed` is told what `write` threw; what was to be written is lost then. */
  open(write: (frames: readonly EncodedFrame[]) => void, onFailed: (error: unknown) => void): Outbox
}

export function createOutboxes(): Outboxes {
  let dirty: (() => void)[] = []

  const flushAll = (): void => {
    const flushes = dirty
    dirty = []
    for (const flush of flushes) flush()
  }

  return {
    open(write, onFailed) {
      let frames: EncodedFrame[] = []
      /** A batch that waits alone, shared with all others who got it. */
      let batch: readonly EncodedFrame[] | undefined
      let pendingBytes = 0

      const flush = (): void => {
        if (pendingBytes === 0) return
        const written = batch ?? frames
        if (batch === undefined) frames = []
        batch = undefined
        pendingBytes = 0
        // One that cannot be written must not cost the others of this turn theirs.
        try {
          write(written)
        } catch (error) {
          onFailed(error)
        }
      }
      const wake = (): void => {
        if (pendingBytes === 0 && dirty.push(flush) === 1) setImmediate(flushAll)
      }
      const unshare = (): void => {
        if (batch !== undefined) frames = [...batch]
        batch = undefined
      }

      return {
        push(frame) {
          wake()
          unshare()
          frames.push(frame)
          pendingBytes += frame.byteLength
        },
        pushBatch(pushed) {
          wake()
          if (pendingBytes === 0) batch = pushed.frames
          else {
            unshare()
            for (const frame of pushed.frames) frames.push(frame)
          }
          pendingBytes += pushed.byteLength
        },
        flush,
        get pendingBytes() {
          return pendingBytes
        },
      }
    },
  }
}
