import { describe, expect, it } from 'vitest'
import type { Registry } from './registry.ts'
import { createManualClock, createSamples, type Sample, sample, settled } from './sample.fixture.ts'

function reasons(registry: Registry<Sample>): readonly string[] {
  const { state, reasons } = registry.health()
  return [state, ...reasons.map(({ code, state, count }) => `${code} ${state} ${count}`)]
}

describe('metrics', () => {
  it('count every verdict by word and code, reads, opens and closes, failed attempts too [REG-13]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock })
    const echo = sample('echo')
    registry.offer([echo, echo, sample('echo'), 1, 2, sample('a b')])
    registry.replace(sample('echo'))
    const user = registry.open({ name: 'ann', kind: 'user' })
    user.get('echo')
    user.get('absent')
    user.has('absent')
    user.list()
    user.list({ category: 'x' })
    await user.close()
    await clock.advance(250)

    expect(registry.metrics()).toEqual({
      uptimeMs: 250,
      verdicts: { admitted: 1, unchanged: 1, replaced: 1, refused: 4 },
      refusals: { NAME_TAKEN: 1, NOT_A_SAMPLE: 2, NAME_INVALID: 1 },
      advisories: {},
      reads: { hits: 1, misses: 2, lists: 2 },
      entries: 1,
      scopes: {
        open: 1,
        opened: 2,
        closed: 1,
        leaked: 0,
        byKind: {
          app: { open: 1, opened: 1, closed: 0, leaked: 0 },
          user: { open: 0, opened: 1, closed: 1, leaked: 0 },
        },
      },
      resources: { open: 0, opened: 0, closed: 0, disowned: 0, failed: 0, overdue: 0 },
      audit: { listeners: 0, dropped: 0, listenerFailures: 0 },
    })
  })
})

describe('health', () => {
  it('is healthy with nothing to say at first, and unhealthy once closed [REG-13]', async () => {
    const registry = createSamples()

    expect(registry.health()).toEqual({ state: 'healthy', reasons: [] })
    await registry.close('done')
    expect(reasons(registry)).toEqual(['unhealthy', 'REGISTRY_CLOSED unhealthy 1'])
  })

  it('is degraded by a clean-up that failed, and well again after the window [REG-13]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock, health: { windowMs: 1000 } })
    const user = registry.open({ name: 'ann', kind: 'user' })
    user.onClose(() => Promise.reject(new Error('stuck')))
    await user.close()

    expect(registry.health()).toMatchObject({
      state: 'degraded',
      reasons: [{ code: 'CLEANUP_FAILED', count: 1, paths: ['app/user:ann'] }],
    })
    await clock.advance(1000)
    expect(registry.health().state).toBe('degraded')
    await clock.advance(1)
    expect(registry.health().state).toBe('healthy')
  })

  it('is unhealthy while something is open beyond its deadline, and well again once it is not [REG-13]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock })
    const user = registry.open({ name: 'ann', kind: 'user', closeDeadlineMs: 10 })
    const hang = Promise.withResolvers<void>()
    user.onClose(() => hang.promise)
    const closing = user.close()
    await settled()
    await clock.advance(10)
    await closing

    expect(registry.health()).toMatchObject({
      state: 'unhealthy',
      reasons: [{ code: 'CLOSE_OVERDUE', count: 1, paths: ['app/user:ann'] }],
    })
    hang.resolve()
    await settled()
    expect(registry.health().state).toBe('healthy')
  })

  it('is degraded by rules that are not enforced [REG-13]', () => {
    const registry = createSamples({ mode: 'report', requireDescription: true })
    registry.add(sample('bare', { description: '' }))

    expect(reasons(registry)).toEqual(['degraded', 'RULES_NOT_ENFORCED degraded 1'])
  })

  it('is degraded by a failing factory [REG-13]', () => {
    const registry = createSamples()
    registry.addFactory('bad', () => 1)
    registry.get('bad')

    expect(reasons(registry)).toEqual(['degraded', 'FACTORY_FAILING degraded 1'])
  })

  it('is degraded by a listener that fails, and by one that is too slow [REG-13]', () => {
    const registry = createSamples()
    const failing = registry.subscribe(() => {
      throw new Error('ill')
    })
    registry.add(sample('one'))
    failing[Symbol.dispose]()
    registry.subscribe(() => new Promise(() => {}), { maxQueued: 1 })
    registry.offer([sample('two'), sample('three'), sample('four')])

    expect(reasons(registry)).toEqual(['degraded', 'LISTENER_FAILING degraded 1', 'AUDIT_DROPPED degraded 1'])
  })

  it('is degraded by more open scopes than it should have, the root aside [REG-13]', async () => {
    const registry = createSamples({ health: { maxOpenScopes: 1 } })
    registry.open({ name: 'one' })
    expect(registry.health().state).toBe('healthy')
    const two = registry.open({ name: 'two' })

    expect(reasons(registry)).toEqual(['degraded', 'TOO_MANY_SCOPES degraded 2'])
    await two.close()
    expect(registry.health().state).toBe('healthy')
  })

  it('tells the worst first and the last ten paths only [REG-13]', async () => {
    const registry = createSamples()
    const scopes = Array.from({ length: 12 }, (_, index) => registry.open({ name: `s${index}` }))
    scopes.map((scope) => scope.onClose(() => Promise.reject(new Error('stuck'))))
    await registry.close()

    const health = registry.health()

    expect(health.reasons.map(({ code }) => code)).toEqual(['REGISTRY_CLOSED', 'CLEANUP_FAILED'])
    expect(health.reasons[1]?.count).toBe(12)
    expect(health.reasons[1]?.paths).toHaveLength(10)
    expect(health.reasons[1]?.paths.at(-1)).toBe('app/scope:s11')
  })
})
