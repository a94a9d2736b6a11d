import { createToolRegistry } from 'toolcrib'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { createActivity } from '../metrics/activity.ts'
import { createReadings } from './readings.ts'

const lag = { last: () => ({ p50Ms: 1, p99Ms: 2, maxMs: 3 }), [Symbol.dispose]: () => {} }

function open() {
  const clock = createManualClock()
  const gateway = { open: 0, accepted: 0, refused: {} }
  const sockets: Record<string, number> = {}
  const activity = createActivity({ onModelError: () => {}, onRunEnded: () => {} })
  const registry = createToolRegistry({ name: 'app' })
  const metrics = () => ({
    connections: { ...gateway, places: 0, closed: {}, deadPeers: 0 },
    offers: { refused: {} },
    commands: { ok: 0, refused: {} },
    eventsSent: 0,
    feedsBehind: 0,
  })
  const readings = createReadings({
    gateway: { metrics },
    supervisor: { active: () => [] },
    registry,
    refusedSockets: () => ({ ...sockets }),
    activity,
    lag,
    clock,
  })
  return { clock, gateway, sockets, activity, readings }
}

describe('the readings', () => {
  it('tell what happened in each second, and nothing twice [OPS-01]', async () => {
    const { clock, gateway, sockets, activity, readings } = open()
    await clock.advance(1_000)
    Object.assign(gateway, { open: 2, accepted: 3 })
    sockets.TOKEN_MISSING = 4
    activity.took('commit', 5)
    activity.observe({ seq: 1, at: 0, event: { type: 'thread_renamed', title: 'A' } })
    await clock.advance(2_000)

    const [first, second, third] = readings.read().readings

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
    const { clock, readings } = open()
    await clock.advance(3_000)
    const { cursor, whole } = readings.read()
    await clock.advance(2_000)

    const more = readings.read(cursor)
    const foreign = readings.read('elsewhere.3')
    const ahead = readings.read(`${cursor}000`)

    expect([whole, more.whole, more.readings.length]).toEqual([true, false, 2])
    expect(readings.read(more.cursor)).toMatchObject({ whole: false, readings: [] })
    expect([foreign.whole, foreign.readings.length]).toEqual([true, 5])
    expect([ahead.whole, ahead.readings.length]).toEqual([true, 5])
  })

  it('are of the last quarter of an hour, in order, and no more [OPS-01]', async () => {
    const { clock, readings } = open()
    await clock.advance(1_000)
    const { cursor } = readings.read()
    await clock.advance(1_000_000)

    const { readings: kept, at, maxReadings } = readings.read()

    expect(kept.map((reading) => at - reading.at)).toEqual(Array.from({ length: 900 }, (_, i) => (899 - i) * 1_000))
    expect(maxReadings).toBe(900)
    expect(readings.read(cursor)).toMatchObject({ whole: true })
  })

  it('end with their owner', async () => {
    const { clock, readings } = open()
    readings[Symbol.dispose]()

    await clock.advance(5_000)

    expect([clock.pending, readings.read().readings]).toEqual([0, []])
  })
})
