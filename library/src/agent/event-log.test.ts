import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../protocol/events.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import type { Logger } from './ports.ts'

const owner = { tenant: 'acme', user: 'ann' }
const place = { owner, threadId: 'thr_1' }
const errors: string[] = []
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (_, message) => void errors.push(message),
}

describe('createEventLog', () => {
  it('publishes in sequence order, whatever the order in which the store answers', async () => {
    const log = createEventLog(silent)
    const told = listen(log)
    const answers = Array.from({ length: 4 }, () => Promise.withResolvers<readonly LoggedEvent[]>())
    const commits = answers.map(({ promise }) =>
      log.commit(
        place,
        () => promise,
        (events) => events,
      ),
    )

    const seen: number[][] = []
    for (const [index, seqs] of [
      [2, [4, 5]],
      [0, [1]],
      [3, [6]],
      [1, [2, 3]],
    ] as const) {
      answers[index]?.resolve(seqs.map(event))
      await commits[index]
      seen.push([...told])
    }

    expect(seen).toEqual([[], [1], [1], [1, 2, 3, 4, 5, 6]])
  })

  it('publishes an event once, though two calls answer with it', async () => {
    const log = createEventLog(silent)
    const told = listen(log)
    const later = Promise.withResolvers<readonly LoggedEvent[]>()
    const held = log.commit(
      place,
      () => later.promise,
      (events) => events,
    )
    await log.commit(
      place,
      async () => [1, 2].map(event),
      (events) => events,
    )

    later.resolve([2, 3].map(event))
    await held

    expect(told).toEqual([1, 2, 3])
  })

  it('publishes nothing for a stranger who writes to the same thread id at the same time [OPS-07]', async () => {
    const log = createEventLog(silent)
    const told: (readonly [string, readonly number[]])[] = []
    log.subscribe(({ owner: { user }, events }) => told.push([user, events.map(({ seq }) => seq)]))
    const refused = Promise.withResolvers<readonly LoggedEvent[]>()
    const commit = (user: string, written: Promise<readonly LoggedEvent[]>): Promise<unknown> =>
      log.commit(
        { ...place, owner: { ...owner, user } },
        () => written,
        (events) => events,
      )
    const strangers = commit('bob', refused.promise)
    await commit('ann', Promise.resolve([2, 3].map(event)))
    const before = [...told]

    refused.resolve([])
    await strangers

    expect(before).toEqual([['ann', [2, 3]]])
    expect(told).toEqual(before)
  })

  it('goes past a gap that no call in flight can fill: another node wrote it', async () => {
    const log = createEventLog(silent)
    const told = listen(log)
    const failing = Promise.withResolvers<readonly LoggedEvent[]>()
    const failed = log.commit(
      place,
      () => failing.promise,
      (events) => events,
    )
    await log.commit(
      place,
      async () => [7].map(event),
      (events) => events,
    )
    const newer = log.commit(
      place,
      () => new Promise<never>(() => {}),
      () => [],
    )
    const before = [...told]

    failing.reject(new Error('disk'))
    await expect(failed).rejects.toThrow('disk')

    expect([before, told]).toEqual([[], [7]])
    expect(newer).toBeInstanceOf(Promise)
  })

  it('does not hold up one thread for another', async () => {
    const log = createEventLog(silent)
    const told = listen(log)
    void log.commit(
      place,
      () => new Promise<never>(() => {}),
      () => [],
    )

    await log.commit(
      { owner, threadId: 'thr_2' },
      async () => [event(9)],
      (events) => events,
    )

    expect(told).toEqual([9])
  })

  it('lets no listener harm another, and stops telling one that was disposed', async () => {
    const log = createEventLog(silent)
    log.subscribe(() => {
      throw new Error('bad')
    })
    const told = listen(log)
    const gone: number[] = []
    log.subscribe(({ events }) => void gone.push(...events.map(({ seq }) => seq)))[Symbol.dispose]()

    await log.commit(
      place,
      async () => [event(1)],
      (events) => events,
    )

    expect([told, gone, errors]).toEqual([[1], [], ['A listener of the event log failed']])
  })
})

function event(seq: number): LoggedEvent {
  return { seq, at: 0, event: { type: 'thread_renamed', title: String(seq) } }
}

function listen(log: EventLog): number[] {
  const told: number[] = []
  log.subscribe(({ events }) => void told.push(...events.map(({ seq }) => seq)))
  return told
}
