import { describe, expect, it } from 'vitest'
import { createManualClock, createSamples, sample } from './sample.fixture.ts'

describe('a scope that is looked at', () => {
  it('tells what it holds, what it owns and what lies below, in the order of opening [REG-07]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock })
    const user = registry.open({ kind: 'user', name: 'ann' })
    await clock.advance(5)
    const connection = user.open({ kind: 'connection', name: 'c1' })
    user.open({ kind: 'connection', name: 'c2' })
    const search = sample('search')
    connection.add(search, { origin: 'client:c1', trust: 'client' })
    connection.add(sample('browse'), { origin: 'client:c1', trust: 'client' })
    connection.onClose(() => {}, 'a lease')

    const [seenUser] = [...registry.inspect().children()]
    const [first, second] = [...(seenUser?.children() ?? [])]

    expect([seenUser, first, second].map((seen) => [seen?.id, seen?.path, seen?.openedAt])).toEqual([
      [2, 'app/user:ann', 1_000_000],
      [3, 'app/user:ann/connection:c1', 1_000_005],
      [4, 'app/user:ann/connection:c2', 1_000_005],
    ])
    expect(first?.entries().map(({ name, origin, trust }) => [name, origin, trust])).toEqual([
      ['browse', 'client:c1', 'client'],
      ['search', 'client:c1', 'client'],
    ])
    expect(first?.entries()[1]?.entry).toBe(search)
    expect([first?.entryCount, first?.holdingCount, first?.holdings()]).toEqual([2, 1, ['a lease']])
    expect([second?.entries(), second?.holdings(), [...(second?.children() ?? [])]]).toEqual([[], [], []])
  })

  it('shows as closing what has started to close and waits, and then no more [REG-07]', async () => {
    const registry = createSamples()
    const waiting = Promise.withResolvers<void>()
    const connection = registry.open({ kind: 'connection', name: 'c1' })
    connection.onClose(() => waiting.promise, 'a slow one')

    const closed = connection.close()
    const during = [...registry.inspect().children()].map(({ path, closing }) => [path, closing])
    waiting.resolve()
    await closed

    expect(during).toEqual([['app/connection:c1', true]])
    expect([...registry.inspect().children()]).toEqual([])
  })

  it('is counted in nothing [REG-07]', () => {
    const registry = createSamples()
    registry.add(sample('echo'))
    const { reads } = registry.metrics()

    registry.inspect().entries()

    expect(registry.metrics().reads).toEqual(reads)
  })
})
