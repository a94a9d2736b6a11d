import { describe, expect, it } from 'vitest'
import { createSamples, sample } from './sample.fixture.ts'

describe('a scope on trial', () => {
  it('judges as any other scope does, and leaves no trace in counts, health, audit or names [REG-01] [REG-08]', async () => {
    const registry = createSamples({ requireDescription: true })
    registry.add(sample('echo'))
    registry.freeze()
    const heard: string[] = []
    registry.subscribe(({ type }) => heard.push(type))
    const before = { metrics: registry.metrics(), snapshot: registry.snapshot() }

    const trial = registry.open({ name: 'trial', trial: true })
    const verdicts = trial.offer([sample('search'), sample('echo'), sample('Sear_ch'), 5], { trust: 'source' })
    const during = trial.metrics()
    void trial.close()

    expect(verdicts.map(({ verdict, code }) => code ?? verdict)).toEqual([
      'admitted',
      'NAME_SHADOWS',
      'NAME_CONFUSABLE',
      'NOT_A_SAMPLE',
    ])
    expect(during).toMatchObject({ verdicts: { admitted: 1, refused: 3 }, scopes: { open: 1 }, entries: 1 })
    expect({ metrics: registry.metrics(), snapshot: registry.snapshot() }).toEqual({
      metrics: { ...before.metrics, uptimeMs: expect.any(Number) },
      snapshot: { ...before.snapshot, ageMs: expect.any(Number) },
    })
    expect(registry.health().state).toBe('healthy')
    expect(heard).toEqual([])
  })

  it('takes no name from anybody, even while it is open [REG-05]', async () => {
    const registry = createSamples()
    await using trial = registry.open({ name: 'trial', trial: true })
    trial.add(sample('search'))

    expect(registry.add(sample('search')).verdict.verdict).toBe('admitted')
  })
})
