import { createToolRegistry } from 'toolcrib'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { createActivity } from '../metrics/activity.ts'
import { createSamples } from './samples.ts'

const lag = { last: () => ({ p50Ms: 1, p99Ms: 2, maxMs: 3 }), [Symbol.dispose]: () => {} }

function open() {
  const clock = createManualClock()
  const gateway = { open: 0, accepted: 0, refused: {} }
  const sockets: Record<string, number> = {}
  const activity = createActivity({ onModelError: () => {} })
  const registry = createToolRegistry({ name: 'app' })
  const metrics = () => ({
    connections: { ...gateway, places: 0, closed: {}, deadPeers: 0 },
    offers: { refused: {} },
    commands: { ok: 0, refused: {} },
    eventsSent: 0,
    feedsBehind: 0,
  })
  const samples = createSamples({
    gateway: { metrics },
    supervisor: { active: () => [] },
    registry,
    refusedSockets: () => ({ ...sockets }),
    activity,
    lag,
    clock,
  })
  return { clock, gateway, sockets, activity, samples }
}

describe('the samples', () => {
  it('tell what happened in each second, and nothing twice [OPS-01]', async () => {
    const { clock, gateway, sockets, activity, samples } = open()
    await clock.advance(1_000)
    Object.assign(gateway, { open: 2, accepted: 3 })
    sockets.TOKEN_MISSING = 4
    activity.took('commit', 5)
    activity.observe({ seq: 1, at: 0, event: { type: 'thread_renamed', title: 'A' } })
    await clock.advance(2_000)

    const [first, second, third] = samples.read().samples

    const quiet = { open: 0, accepted: 0, refused: {} }
    expect(first).toMatchObject({ connections: quiet, events: 0, latencies: {} })
    expect(second).toMatchObject({
      at: clock.now() - 1_000,
      spanMs: 1_000,
      connections: { open: 2, accepted: 3, refused: { TOKEN_MISSING: 4 } },
      events: 1,
    })
    expect(second?.latencies.commit).toHaveLength(1)
    expect(third).toMatchObject({ connections: { open: 2, accepted: 0, refused: {} }, events: 0, latencies: {} })
  })

  it('go on where the cursor was, and say so when they cannot [OPS-01]', async () => {
    const { clock, samples } = open()
    await clock.advance(3_000)
    const { cursor, whole } = samples.read()
    await clock.advance(2_000)

    const more = samples.read(cursor)
    const foreign = samples.read('elsewhere.3')
    const ahead = samples.read(`${cursor}000`)

    expect([whole, more.whole, more.samples.length]).toEqual([true, false, 2])
    expect(samples.read(more.cursor)).toMatchObject({ whole: false, samples: [] })
    expect([foreign.whole, foreign.samples.length]).toEqual([true, 5])
    expect([ahead.whole, ahead.samples.length]).toEqual([true, 5])
  })

  it('are of the last quarter of an hour, in order, and no more [OPS-01]', async () => {
    const { clock, samples } = open()
    await clock.advance(1_000)
    const { cursor } = samples.read()
    await clock.advance(1_000_000)

    const { samples: kept, at, maxSamples } = samples.read()

    expect(kept.map((sample) => at - sample.at)).toEqual(Array.from({ length: 900 }, (_, i) => (899 - i) * 1_000))
    expect(maxSamples).toBe(900)
    expect(samples.read(cursor)).toMatchObject({ whole: true })
  })

  it('end with their owner', async () => {
    const { clock, samples } = open()
    samples[Symbol.dispose]()

    await clock.advance(5_000)

    expect([clock.pending, samples.read().samples]).toEqual([0, []])
  })
})
