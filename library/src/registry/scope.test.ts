import { describe, expect, it } from 'vitest'
import { createRegistry } from './create-registry.ts'
import { admitSample, createManualClock, createSamples, sample, thrownBy } from './sample.fixture.ts'

describe('a tree of scopes', () => {
  it('has a path of kinds and names that no name can forge', () => {
    const registry = createSamples()

    const user = registry.open({ name: 'acme', kind: 'tenant' }).open({ name: 'a/b%\n', kind: 'user' })

    expect(user.path).toBe('app/tenant:acme/user:a%2Fb%25%0A')
    expect(user.open({ name: 'x' }).path).toBe(`${user.path}/scope:x`)
    expect([user.name, user.kind, user.parent?.name]).toEqual(['a/b%\n', 'user', 'acme'])
    expect(registry.open({ name: 'c', kind: 'a:b' }).path).not.toBe(registry.open({ name: 'b:c', kind: 'a' }).path)
    expect(registry.open({ name: 'ann\u202enimda' }).path).toBe('app/scope:ann%E2%80%AEnimda')
  })

  it('finds the nearest scope of a kind: itself, or above, or none', () => {
    const registry = createSamples()
    const user = registry.open({ name: 'ann', kind: 'user' })
    const run = user.open({ name: 'r1', kind: 'run' })

    expect(run.nearest('run')).toBe(run)
    expect(run.nearest('user')).toBe(user)
    expect(run.nearest('app')).toBe(registry)
    expect(run.nearest('connection')).toBeUndefined()
  })

  it('shares nothing with another registry, not even through an entry that both hold [REG-03]', async () => {
    const one = createSamples()
    const two = createSamples()
    const echo = sample('echo')
    one.add(echo)
    two.open({ name: 'c1' }).add(echo)
    const heard: string[] = []
    two.subscribe(({ type }) => heard.push(type))

    one.freeze()
    await one.close()

    expect(heard).toEqual([])
    expect(two.frozen).toBe(false)
    expect(two.get('echo')).toBeUndefined()
    expect(two.metrics()).toMatchObject({ entries: 1, scopes: { open: 2 }, verdicts: { admitted: 1 } })
    expect(two.health().state).toBe('healthy')
  })

  it('opens without looking at what lies above: no entry is read, and the list is not built [REG-14]', () => {
    let reads = 0
    const registry = createRegistry({
      name: 'app',
      admit: () => ({
        ok: true,
        entry: {
          get name() {
            reads += 1
            return `counted${Math.ceil(reads)}`
          },
        },
      }),
    })
    registry.offer([1, 2, 3])
    const before = reads

    registry.open({ name: 'ann', kind: 'user' }).open({ name: 'c1', kind: 'connection' })

    expect(reads).toBe(before)
    expect(registry.metrics().reads.lists).toBe(0)
  })

  it('returns every count to zero when it closes [REG-14]', async () => {
    const registry = createSamples()
    registry.add(sample('echo'))
    const users = Array.from({ length: 20 }, (_, index) => registry.open({ name: `u${index}`, kind: 'user' }))
    const connections = users.map((user) => user.open({ name: 'c', kind: 'connection' }))
    connections.map((connection) => connection.add(sample('mine')))
    connections.map((connection) => connection.own({ [Symbol.dispose]() {} }))
    await Promise.all(
      connections.map((connection) => connection.instance({}, () => ({ async [Symbol.asyncDispose]() {} }))),
    )
    users.map((user) => user.onClose(() => {}))

    expect(registry.metrics()).toMatchObject({ entries: 21, scopes: { open: 41 }, resources: { open: 60, opened: 60 } })

    await users[0]?.close()
    expect(registry.metrics()).toMatchObject({ entries: 20, scopes: { open: 39 }, resources: { open: 57 } })

    const report = await registry.close('the day is over')

    expect(report).toMatchObject({ scopes: 39, closed: 57, failed: [], overdue: [], reason: 'the day is over' })
    expect(registry.metrics()).toMatchObject({
      entries: 0,
      scopes: { open: 0, opened: 41, closed: 41, leaked: 0, byKind: { user: { open: 0, opened: 20, closed: 20 } } },
      resources: { open: 0, opened: 60, closed: 60, failed: 0, overdue: 0 },
    })
  })

  it('refuses every use after closing with SCOPE_CLOSED, and says why it was closed [REG-16]', async () => {
    const registry = createSamples()
    const scope = registry.open({ name: 'c1', kind: 'connection' })
    const closing = scope.close('the socket closed')
    let isDisposed = false
    const resource = {
      [Symbol.dispose]() {
        isDisposed = true
      },
    }

    const attempts = [
      () => scope.add(sample('a')),
      () => scope.replace(sample('a')),
      () => scope.addFactory('a', () => sample('a')),
      () => scope.get('a'),
      () => scope.has('a'),
      () => scope.list(),
      () => scope.open({ name: 'x' }),
      () => scope.own(resource),
      () => scope.onClose(() => {}),
      () => scope.freeze(),
      () => scope.subscribe(() => {}),
    ].map((attempt) => thrownBy(attempt))

    expect(attempts.map((error) => (error as { code?: string }).code)).toEqual(
      Array.from({ length: 11 }, () => 'SCOPE_CLOSED'),
    )
    expect(scope.offer([sample('a')]).map(({ code }) => code)).toEqual(['SCOPE_CLOSED'])
    await expect(scope.instance({}, () => 1)).rejects.toMatchObject({ code: 'SCOPE_CLOSED' })
    expect(String(attempts[0])).toContain('The scope was closed: the socket closed.')
    expect(isDisposed).toBe(true)
    expect(registry.metrics().refusals).toEqual({ SCOPE_CLOSED: 13 })
    expect(scope.close()).toBe(closing)
    expect(scope.closed).toBe(true)
  })

  it('refuses in the scopes below from the moment that one above starts to close [REG-16]', async () => {
    const registry = createSamples()
    const user = registry.open({ name: 'ann' })
    const connection = user.open({ name: 'c1' })
    registry.onClose(() => new Promise((resolve) => setImmediate(resolve)))

    const closing = registry.close()

    expect([user.closed, connection.closed]).toEqual([true, true])
    expect(thrownBy(() => connection.get('x'))).toMatchObject({ code: 'SCOPE_CLOSED' })
    await closing
  })

  it('refuses below before a listener hears of it: what closes takes nothing in any more [REG-16]', async () => {
    const registry = createSamples()
    const user = registry.open({ name: 'ann' })
    const connection = user.open({ name: 'c1' })
    user.add(sample('echo'))
    const verdicts: unknown[] = []
    registry.subscribe(({ type }) => type === 'withdrawn' && verdicts.push(connection.offer([sample('late')])[0]?.code))

    await user.close()

    expect(verdicts).toEqual(['SCOPE_CLOSED'])
  })

  it('is given to `await using`', async () => {
    const registry = createSamples()
    let isClosed = false
    {
      await using scope = registry.open({ name: 'block' })
      scope.onClose(() => {
        isClosed = true
      })
    }

    expect(isClosed).toBe(true)
    expect(registry.metrics().scopes.open).toBe(1)
  })

  it('tells its open children, and itself as plain data, bounded', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock })
    registry.add(sample('echo'))
    const ann = registry.open({ name: 'ann', kind: 'user' })
    const bob = registry.open({ name: 'bob', kind: 'user' })
    const connection = ann.open({ name: 'c1', kind: 'connection' })
    connection.add(sample('mine'))
    connection.onClose(() => {})
    await bob.close()
    await clock.advance(50)

    expect([...registry.children()]).toEqual([ann])
    expect(JSON.parse(JSON.stringify(registry.snapshot()))).toEqual({
      name: 'app',
      kind: 'app',
      path: 'app',
      ageMs: 50,
      frozen: false,
      entries: ['echo'],
      resources: 0,
      omitted: 0,
      children: [
        expect.objectContaining({
          path: 'app/user:ann',
          children: [expect.objectContaining({ kind: 'connection', entries: ['mine'], resources: 1, children: [] })],
        }),
      ],
    })
    expect(registry.snapshot({ maxScopes: 2 })).toMatchObject({ omitted: 0, children: [{ omitted: 1, children: [] }] })
  })

  it('refuses bad options where they are given, and says what it expected', () => {
    const registry = createSamples()

    expect(() => createSamples({ closeDeadlineMs: -1 })).toThrow(
      'Expected `closeDeadlineMs` to be a whole number from 0 up',
    )
    expect(() => createSamples({ name: '' })).toThrow(
      'Expected `name` to be a text of 1 to 256 characters, got 0 characters',
    )
    expect(() => createRegistry({ name: 'app', admit: undefined as never })).toThrow(
      'Expected `admit` to be a function',
    )
    expect(() => createSamples({ mode: 'off' as never })).toThrow(
      'Expected `mode` to be one of enforce, report, got "off"',
    )
    expect(() => registry.addFactory('x', undefined as never)).toThrow('Expected `make` to be a function')
    expect(() => registry.open({ name: 'x'.repeat(257) })).toThrow(RangeError)
    expect(() => registry.subscribe(() => {}, { maxQueued: 0 })).toThrow('Expected `maxQueued`')
    expect(() => registry.own({} as Disposable)).toThrow('Expected `resource` to have Symbol.dispose')
    expect(registry.metrics().scopes.opened).toBe(1)
  })

  it('judges with no tool in sight: any entry will do', () => {
    const registry = createRegistry({ name: 'samples', kind: 'catalogue', admit: admitSample })

    expect([registry.name, registry.kind, registry.path]).toEqual(['samples', 'catalogue', 'samples'])
  })
})
