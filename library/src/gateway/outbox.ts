/**
 * What waits to be written. The law: a connection's frames keep their order, and all connections with something to say
 * are written in one turn, each with one write. @module
 */
import type { EncodedFrame } from './ports.ts'

export interface Outbox {
  push(frame: EncodedFrame): void
  /** Writes what waits now, instead of at the end of the turn. */
  flush(): void
  /** Bytes that were pushed and not yet written. */
  readonly pendingBytes: number
}

export interface Outboxes {
  open(write: (frames: readonly EncodedFrame[]) => void): Outbox
}

export function createOutboxes(): Outboxes {
  let dirty: (() => void)[] = []

  const flushAll = (): void => {
    const flushes = dirty
    dirty = []
    for (const flush of flushes) flush()
  }

  return {
    open(write) {
      let frames: EncodedFrame[] = []
      let pendingBytes = 0

      const flush = (): void => {
        if (frames.length === 0) return
        const batch = frames
        frames = []
        pendingBytes = 0
        write(batch)
      }

      return {
        push(frame) {
          if (frames.length === 0 && dirty.push(flush) === 1) setImmediate(flushAll)
          frames.push(frame)
          pendingBytes += frame.byteLength
        },
        flush,
        get pendingBytes() {
          return pendingBytes
        },
      }
    },
  }
}
