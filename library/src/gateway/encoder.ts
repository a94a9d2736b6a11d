/**
 * From values to frames. The law: an event is encoded once, however many sockets it goes to. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import type { EncodedFrame } from './ports.ts'

/** Frames that go to every reader of a thread, as they are. */
export interface FrameBatch {
  readonly frames: readonly EncodedFrame[]
  readonly byteLength: number
}

export interface EventEncoder {
  /** The same frame for the same event object, as long as somebody holds on to the event. */
  encode(threadId: string, event: LoggedEvent): EncodedFrame
}

export function batchOf(frames: readonly EncodedFrame[]): FrameBatch {
  return { frames, byteLength: frames.reduce((sum, { byteLength }) => sum + byteLength, 0) }
}

export function createEventEncoder(): EventEncoder {
  const frames = new WeakMap<LoggedEvent, EncodedFrame>()
  return {
    encode(threadId, logged) {
      const known = frames.get(logged)
      if (known !== undefined) return known
      const { seq, at, event } = logged
      const frame = encodeFrame({ type: 'event', threadId, seq, at, event })
      frames.set(logged, frame)
      return frame
    },
  }
}

export function encodeFrame(frame: ServerFrame): EncodedFrame {
  const text = JSON.stringify(frame)
  return { text, byteLength: Buffer.byteLength(text) }
}
