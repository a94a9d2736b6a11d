import { describe, expect, it } from 'vitest'
import type { AgentCompleted } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import { createToolRegistry } from '../tool/tool-registry.ts'
import { createSeats, type Seat, type Seats } from './seats.ts'

const ann: Owner = { tenant: 'acme', user: 'ann' }
const bob: Owner = { tenant: 'acme', user: 'bob' }
const annOfAnother: Owner = { tenant: 'other', user: 'ann' }

function seatOf(registry: Registry<Tool>, owner: Owner, facts: Partial<Pick<Seat, 'offers' | 'hasOpen'>> = {}): Seat {
  return { owner, scope: registry.open({ name: 'con' }), offers: () => true, hasOpen: () => true, ...facts }
}

function find(seats: Seats, owner: Owner, runId = 'run'): Registry<Tool> | undefined {
  return seats.of({ owner, threadId: 'thr', runId })
}

function endOf(runId: string): AgentCompleted {
  const usage = { inputTokens: 0, outputTokens: 0, calls: 0 }
  return { type: 'agent_completed', runId, outcome: 'stopped', message: null, usage, steps: 0, durationMs: 0 }
}

describe('the seat of a run', () => {
  it('is where its message came from, whatever else is offered elsewhere', () => {
    const registry = createToolRegistry()
    const seats = createSeats()
    const other = seatOf(registry, ann)
    const sender = seatOf(registry, ann, { offers: () => false, hasOpen: () => false })
    seats.take(other)

    seats.sent(sender, 'run')

    expect(find(seats, ann)).toBe(sender.scope)
    expect(find(seats, ann, 'another run')).toBe(other.scope)
  })

  it('is never of another user, though that one claims to have the thread open [RUN-06]', () => {
    const registry = createToolRegistry()
    const seats = createSeats()
    seats.take(seatOf(registry, bob))
    seats.sent(seatOf(registry, annOfAnother), 'run')

    expect(find(seats, ann)).toBeUndefined()
  })

  it('goes to the longest-standing one that has the thread open and offers tools, once the sender is gone', async () => {
    const registry = createToolRegistry()
    const seats = createSeats()
    const sender = seatOf(registry, ann)
    const elsewhere = seatOf(registry, ann, { hasOpen: () => false })
    const bare = seatOf(registry, ann, { offers: () => false })
    const [first, second] = [seatOf(registry, ann), seatOf(registry, ann)]
    seats.sent(sender, 'run')
    for (const seat of [elsewhere, bare, first, second]) seats.take(seat)

    const closing = sender.scope.close()
    const whileClosing = find(seats, ann)
    await closing
    await first.scope.close()

    expect(whileClosing).toBe(first.scope)
    expect(find(seats, ann)).toBe(second.scope)
  })

  it('is forgotten with the end of the run, and the seat with its connection', async () => {
    const registry = createToolRegistry()
    const seats = createSeats()
    const sender = seatOf(registry, ann, { offers: () => false })
    seats.sent(sender, 'run')
    seats.take(sender)
    const taken = seats.count

    seats.onCommitted({ owner: ann, events: [{ seq: 1, at: 0, event: endOf('run') }] })
    const afterwards = find(seats, ann)
    await sender.scope.close()
    seats.take(sender)

    expect(taken).toBe(1)
    expect(afterwards).toBeUndefined()
    expect(seats.count).toBe(0)
  })
})
