import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import type { ComponentHealth } from '../health.ts'
import { createHealthHistory } from './health-history.ts'

const healthy: ComponentHealth = { state: 'healthy', reasons: [] }

function open() {
  const clock = createManualClock()
  const now: { store: ComponentHealth } = { store: healthy }
  return { clock, now, history: createHealthHistory({ components: () => now, clock }) }
}

describe('the history of health', () => {
  it('tells since when, for how long and why, through every state [OPS-02]', async () => {
    const { clock, now, history } = open()
    const startedAt = clock.now()
    history.note()
    await clock.advance(5_000)
    now.store = { state: 'degraded', reasons: ['the disk is full'] }
    history.note()
    await clock.advance(2_000)
    now.store = { state: 'degraded', reasons: ['the disk is slow'] }
    history.note()
    await clock.advance(1_000)
    now.store = { state: 'unhealthy', reasons: ['the database is damaged'] }
    history.note()
    clock.jump(-3_600_000)
    await clock.advance(4_000)

    expect(history.of('store')).toEqual({
      history: [
        { state: 'healthy', at: startedAt, lastedMs: 5_000, reasons: [] },
        {
          state: 'degraded',
          at: startedAt + 5_000,
          lastedMs: 3_000,
          reasons: ['the disk is full', 'the disk is slow'],
        },
        { state: 'unhealthy', at: startedAt + 8_000, lastedMs: 4_000, reasons: ['the database is damaged'] },
      ],
      more: false,
    })
  })

  it('keeps the latest changes, and says that there were others [OPS-02]', async () => {
    const { clock, now, history } = open()
    history.note()
    await Array.from({ length: 60 }).reduce<Promise<void>>(async (before, _, index) => {
      await before
      await clock.advance(1_000)
      now.store = index % 2 === 0 ? { state: 'degraded', reasons: [`${index}`] } : healthy
      history.note()
    }, Promise.resolve())

    const { history: kept, more } = history.of('store')

    expect([kept.length, kept.at(-2)?.reasons, more]).toEqual([50, ['58'], true])
  })
})
