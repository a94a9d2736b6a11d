import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoggedEvent, ThreadEvent } from '../protocol/events.ts'
import type { CommandBody } from '../protocol/frames.ts'
import { startTestServer } from '../testing/server.ts'
import { lastTurns, newestWithin, type ReadBack } from './history.ts'

/** A log of turns of these lengths, in which the first may lack its beginning. */
function logOf(turns: readonly number[], headless: boolean): readonly LoggedEvent[] {
  const events = turns.flatMap((length, turn) =>
    Array.from({ length }, (_, index): ThreadEvent => {
      const runId = `run_${turn}`
      if (index > 0 || (headless && turn === 0)) return { type: 'agent_message', runId, step: 1, delta: 'x' }
      return { type: 'message_added', messageId: `msg_${turn}`, runId, role: 'user', parts: [] }
    }),
  )
  return events.map((event, index) => ({ seq: index + 1, at: 0, event }))
}

function readerOf(log: readonly LoggedEvent[], asked: { events: number }): ReadBack {
  return async ({ before, limit }) => {
    const page = log.filter(({ seq }) => seq < before).slice(-limit)
    asked.events += page.length
    return page
  }
}

describe('where the last turns begin', () => {
  it('is before a message, covers what was asked for, and no whole turn more', async () => {
    const turns = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 500 }), async (lengths, last) => {
        const log = logOf(lengths, false)

        const after = await lastTurns(readerOf(log, { events: 0 }), log.length, last)

        const wanted = Math.max(1, log.length - last + 1)
        const begun = log.findLast(({ seq, event }) => seq <= wanted && event.type === 'message_added')
        expect(after).toBe(log.length === 0 ? 0 : (begun?.seq ?? 1) - 1)
      }),
    )
  })

  it('is the beginning of the log when no message comes before, and so many events when that is too far', async () => {
    const asked = { events: 0 }
    const near = logOf([300, 5], true)
    const far = logOf([30_000], true)

    expect(await lastTurns(readerOf(near, { events: 0 }), 300, 10)).toBe(0)
    expect(await lastTurns(readerOf(far, asked), 30_000, 10)).toBe(29_990)
    expect(asked.events).toBeLessThan(11_000)
  })
})

describe('a page', () => {
  it('holds the newest of what fits, and one event whatever its size', () => {
    const log = logOf([5], false).map((logged, index): LoggedEvent => {
      const delta = 'x'.repeat(index === 2 ? 10_000 : 10)
      return { ...logged, event: { type: 'agent_message', runId: 'run_0', step: 1, delta } }
    })
    const seqs = (maxBytes: number): readonly number[] => newestWithin(log, maxBytes).map(({ seq }) => seq)

    expect(seqs(1_000_000)).toEqual([1, 2, 3, 4, 5])
    expect(seqs(5_000)).toEqual([4, 5])
    expect(seqs(1)).toEqual([5])
    expect(newestWithin([], 1)).toEqual([])
  })
})

describe('a thread that is read from its end', () => {
  it('opens with its last turn, live from there, and its earlier pages are read on any connection', async () => {
    await using server = await startTestServer()
    const ann = await server.socket(server.issue('ann'))
    const threadId = await ann.openNewThread()
    for (const text of ['one', 'two', 'three']) {
      await ann.say(threadId, text)
      await ann.next((frame) => frame.type === 'event' && isEndOf(frame.event, ann.events, text))
    }
    const again = await server.socket(server.issue('ann'))
    const bob = await server.socket(server.issue('bob'))

    const opened = await again.command({ type: 'thread.open', threadId, last: 2 })
    const after = 'after' in opened ? opened.after : 0
    await again.completed()
    const page = await again.command({ type: 'thread.read', threadId, before: after + 1, limit: 500 })
    const foreign = await bob.command({ type: 'thread.read', threadId, before: 10 })

    expect(again.events[0]).toMatchObject({
      seq: after + 1,
      event: { type: 'message_added', parts: [{ text: 'three' }] },
    })
    expect([...('events' in page ? page.events : []), ...again.events].map(({ seq }) => seq)).toEqual(
      ann.events.map(({ seq }) => seq),
    )
    expect(foreign).toMatchObject({ type: 'error', error: { code: 'NOT_FOUND' } })
  })

  it('refuses a cursor beyond the end, both ends at once, neither, and what is no number', async () => {
    await using server = await startTestServer()
    const ann = await server.socket(server.issue('ann'))
    const threadId = await ann.openNewThread()
    const open = async (where: object): Promise<string> => {
      const reply = await ann.command({ type: 'thread.open', threadId, ...where } as CommandBody)
      return reply.type === 'ok' ? 'ok' : reply.error.code
    }

    expect([
      await open({ after: 0 }),
      await open({ after: 1 }),
      await open({ last: 500 }),
      await open({ last: 501 }),
      await open({ last: 0 }),
      await open({ after: 0, last: 1 }),
      await open({}),
      await open({ after: '0' }),
    ]).toEqual([
      'ok',
      'AFTER_AHEAD',
      'ok',
      'COMMAND_INVALID',
      'COMMAND_INVALID',
      'COMMAND_INVALID',
      'COMMAND_INVALID',
      'COMMAND_INVALID',
    ])
  })
})

/** Whether this ends the run of the message with that text. */
function isEndOf(event: ThreadEvent, events: readonly { readonly event: ThreadEvent }[], text: string): boolean {
  if (event.type !== 'agent_completed') return false
  return events.some(
    ({ event: other }) =>
      other.type === 'message_added' && other.runId === event.runId && JSON.stringify(other.parts).includes(text),
  )
}
