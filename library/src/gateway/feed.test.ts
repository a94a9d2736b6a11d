import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../protocol/events.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { batchOf, createEventEncoder } from './encoder.ts'
import { createFeed, type FeedSink } from './feed.ts'
import type { EncodedFrame } from './ports.ts'

const event = (seq: number): LoggedEvent => ({ seq, at: 0, event: { type: 'thread_renamed', title: `title ${seq}` } })
const range = (first: number, last: number): readonly LoggedEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) => event(first + index))

/** A log that answers when it is told to, and a sink with as much room as it is given. */
function setUp(options: { readonly after?: number; readonly events?: readonly LoggedEvent[] } = {}) {
  const clock = createManualClock()
  const encoder = createEventEncoder()
  const log: LoggedEvent[] = [...(options.events ?? [])]
  const reads: { readonly after: number; readonly answer: () => void; readonly fail: (error: unknown) => void }[] = []
  const written: number[] = []
  const rooms: (() => void)[] = []
  const told: unknown[] = []
  const state = { full: false }
  const push = (frame: EncodedFrame): void => void written.push(JSON.parse(frame.text).seq)
  const sink: FeedSink = {
    push,
    pushBatch: ({ frames }) => frames.forEach(push),
    get full() {
      return state.full
    },
    maxBytes: 1_048_576,
    onRoom: (listener) => rooms.push(listener),
  }
  const feed = createFeed({
    owner: { tenant: 'acme', user: 'ann' },
    threadId: 'thr_1',
    after: options.after ?? 0,
    sink,
    encoder,
    clock,
    read: ({ after, limit }) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly LoggedEvent[]>()
      reads.push({ after, answer: () => resolve(log.slice(after, after + limit)), fail: reject })
      return promise
    },
    onGone: () => told.push('gone'),
    onFailed: (error) => told.push(error),
  })
  return {
    feed,
    clock,
    written,
    reads,
    rooms,
    told,
    state,
    /** Commits without telling. */
    commit: (...events: readonly LoggedEvent[]) => void log.push(...events),
    tell: (...events: readonly LoggedEvent[]) =>
      feed.offer(events, batchOf(events.map((one) => encoder.encode('thr_1', one)))),
    /** Answers every read that is asked for, until none is. */
    settle: async () => {
      for (let read = reads.shift(); read !== undefined; read = reads.shift()) {
        read.answer()
        await clock.advance(0)
      }
    },
  }
}

describe('a feed', () => {
  it('reads the log from its cursor on and then goes live', async () => {
    const { feed, settle, commit, tell, written } = setUp({ after: 2, events: range(1, 200) })

    await settle()
    commit(event(201))
    tell(event(201))

    expect(written).toEqual(range(3, 201).map(({ seq }) => seq))
    expect(feed.state).toBe('live')
  })

  it('joins log and live where they meet: no gap, nothing twice', async () => {
    const { feed, reads, settle, commit, tell, written, clock } = setUp({ events: range(1, 3) })
    reads.shift()?.answer()
    // Told before the page arrives: one that is in the page as well, and one that is not.
    tell(event(3))
    commit(event(4))
    tell(event(4))

    await clock.advance(0)
    await settle()
    commit(event(5))
    tell(event(5))

    expect(written).toEqual([1, 2, 3, 4, 5])
    expect(feed.state).toBe('live')
  })

  it('heals a gap in what it is told by reading the log, and skips what it has', async () => {
    const { settle, commit, tell, written } = setUp()
    await settle()
    commit(...range(1, 6))

    tell(event(1), event(2))
    tell(event(2))
    tell(event(5))
    await settle()
    tell(event(6))

    expect(written).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('reads what it only heard a hint of, and does not ask in circles for what is not there', async () => {
    const { feed, settle, commit, written, reads } = setUp()
    await settle()
    commit(...range(1, 2))

    feed.hint(2)
    await settle()
    feed.hint(9)
    await settle()
    feed.hint(2)

    expect(written).toEqual([1, 2])
    expect([feed.state, reads.length]).toEqual(['live', 0])
  })

  it('holds nothing for a reader that does not keep up, and goes on from the log when there is room [CONN-08]', async () => {
    const { feed, settle, commit, tell, written, rooms, state } = setUp()
    await settle()
    commit(...range(1, 1_000))

    tell(event(1))
    state.full = true
    for (const late of range(2, 1_000)) tell(late)
    const whileBehind = { state: feed.state, written: [...written], askedForRoom: rooms.length }
    state.full = false
    rooms.shift()?.()
    await settle()

    expect(whileBehind).toEqual({ state: 'behind', written: [1], askedForRoom: 1 })
    expect(written).toEqual(range(1, 1_000).map(({ seq }) => seq))
    expect(feed.state).toBe('live')
  })

  it('stops in the middle of a page when there is no more room', async () => {
    const { feed, reads, written, state, clock, rooms, settle } = setUp({ events: range(1, 10) })
    state.full = true

    reads.shift()?.answer()
    await clock.advance(0)
    const whileFull = { state: feed.state, written: [...written] }
    state.full = false
    rooms.shift()?.()
    await settle()

    expect(whileFull).toEqual({ state: 'behind', written: [] })
    expect(written).toEqual(range(1, 10).map(({ seq }) => seq))
  })

  it('ends when the thread is gone, whether it is told or finds out', async () => {
    const toldSo = setUp()
    const foundOut = setUp()

    toldSo.feed.gone()
    toldSo.feed.gone()
    foundOut.reads
      .shift()
      ?.fail(Object.assign(new Error('gone'), { name: 'StoreError', code: 'NOT_FOUND', retry: 'never' }))
    await foundOut.clock.advance(0)
    await toldSo.settle()
    toldSo.tell(event(1))

    expect([toldSo.told, foundOut.told]).toEqual([['gone'], ['gone']])
    expect([toldSo.feed.state, toldSo.written]).toEqual(['ended', []])
  })

  it('tries a read that failed again, and gives up after five in a row', async () => {
    const { reads, told, written, clock, settle, commit } = setUp()
    commit(event(1))
    const broken = new Error('disk')

    reads.shift()?.fail(broken)
    await clock.advance(500)
    await settle()
    const healed = [...written]
    const { reads: failing, told: failure, clock: time } = setUp()
    for (let count = 0; count < 5; count++) {
      failing.shift()?.fail(broken)
      await time.advance(10_000)
    }

    expect([healed, told]).toEqual([[1], []])
    expect([failure, failing.length, time.pending]).toEqual([[broken], 0, 0])
  })

  it('writes nothing after it was disposed of', async () => {
    const { feed, reads, written, clock, tell } = setUp({ events: range(1, 3) })

    feed[Symbol.dispose]()
    reads.shift()?.answer()
    await clock.advance(0)
    tell(event(4))

    expect(written).toEqual([])
  })
})
