import { describe, expect, it } from 'vitest'
import type { AuditRecord } from './audit.ts'
import type { Registry } from './registry.ts'
import { createSamples, type Sample, sample } from './sample.fixture.ts'

/** Collects garbage until it has been noticed; finalizers run in their own time. */
async function collectUntil(isDone: () => boolean): Promise<boolean> {
  const until = Date.now() + 5000
  while (!isDone() && Date.now() < until) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return isDone()
}

function dropOne(registry: Registry<Sample>, name: string, disposed: string[]): void {
  const user = registry.open({ name, kind: 'user' })
  const connection = user.open({ name: 'c1', kind: 'connection' })
  user.own({ [Symbol.dispose]: () => void disposed.push('user') })
  connection.own({ [Symbol.dispose]: () => void disposed.push('connection') })
  connection.add(sample('mine'))
}

describe('a scope that is dropped without being closed', () => {
  it('is counted, named, told, and what it owned is disposed in order [REG-17] [REG-18]', async () => {
    const registry = createSamples()
    const disposed: string[] = []
    const records: AuditRecord[] = []
    registry.subscribe((record) => records.push(record))

    dropOne(registry, 'ann', disposed)
    const isNoticed = await collectUntil(() => disposed.length === 2)

    expect(isNoticed).toBe(true)
    expect(disposed).toEqual(['connection', 'user'])
    expect(registry.metrics()).toMatchObject({
      entries: 0,
      scopes: {
        open: 1,
        opened: 3,
        closed: 2,
        leaked: 2,
        byKind: { user: { leaked: 1 }, connection: { leaked: 1 } },
      },
      resources: { open: 0, opened: 2, closed: 2 },
    })
    expect(registry.health()).toMatchObject({ state: 'degraded', reasons: [{ code: 'SCOPES_LEAKED', count: 2 }] })
    expect(registry.health().reasons[0]?.paths).toContain('app/user:ann')
    expect(registry.health().reasons[0]?.paths).toContain('app/user:ann/connection:c1')
    expect(
      records
        .filter(({ type }) => type === 'leaked')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['app/user:ann', 'app/user:ann/connection:c1'])
    expect([...registry.children()]).toEqual([])
  })

  it('is no leak while a scope below it is in use, nor once it is closed [REG-17]', async () => {
    const registry = createSamples()
    const kept = registry.open({ name: 'ann', kind: 'user' }).open({ name: 'kept', kind: 'connection' })
    await registry.open({ name: 'bob', kind: 'user' }).close()
    dropOne(registry, 'eve', [])

    await collectUntil(() => registry.metrics().scopes.leaked >= 2 && registry.metrics().scopes.open <= 3)

    expect(registry.metrics().scopes).toMatchObject({ open: 3, leaked: 2 })
    expect(kept.path).toBe('app/user:ann/connection:kept')
    expect(registry.health().reasons[0]?.paths.filter((path) => path.startsWith('app/user:eve'))).toHaveLength(2)
  })

  it('is closed by the one above, like any other, when that closes first', async () => {
    const registry = createSamples()
    const disposed: string[] = []
    dropOne(registry, 'ann', disposed)

    const report = await registry.close()

    expect(report).toMatchObject({ scopes: 3, closed: 2 })
    expect(disposed).toEqual(['connection', 'user'])
    expect(registry.metrics().scopes).toMatchObject({ open: 0, leaked: 0 })
  })
})
