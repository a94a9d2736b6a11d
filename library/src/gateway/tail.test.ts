import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../protocol/events.ts'
import { createTail } from './tail.ts'

const event = (seq: number): LoggedEvent => ({ seq, at: 0, event: { type: 'thread_renamed', title: `${seq}` } })
const seqs = (events: readonly LoggedEvent[]): readonly number[] => events.map(({ seq }) => seq)

describe('the tail of a thread', () => {
  it('gives what follows, once', () => {
    const tail = createTail(10)
    tail.offer([event(4), event(5)])
    tail.offer([event(6)])

    expect(seqs(tail.take(4))).toEqual([5, 6])
    expect(tail.take(4)).toEqual([])
    expect(tail.lastSeq).toBe(6)
  })

  it('gives nothing when the next event is not among those it holds', () => {
    const tail = createTail(10)
    tail.offer([event(6)])

    expect(tail.take(4)).toEqual([])
  })

  it('forgets what lies before a gap, and ignores what comes twice', () => {
    const tail = createTail(10)
    tail.offer([event(1), event(2), event(2), event(1)])
    tail.offer([event(5), event(6)])

    expect(seqs(tail.take(4))).toEqual([5, 6])
  })

  it('holds no more than its bound, and still knows how far the log goes', () => {
    const tail = createTail(3)
    tail.offer([1, 2, 3, 4].map(event))

    expect(tail.take(0)).toEqual([])
    expect(tail.lastSeq).toBe(4)
  })

  it('keeps how far the log goes when it is cleared', () => {
    const tail = createTail(3)
    tail.hint(9)
    tail.offer([event(1)])
    tail.clear()

    expect(tail.take(0)).toEqual([])
    expect(tail.lastSeq).toBe(9)
  })
})
