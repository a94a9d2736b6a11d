import { describe, expect, it } from 'vitest'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import { createToolRegistry } from '../tool/tool-registry.ts'
import { createUserScopes } from './scopes.ts'

const ann = { tenant: 'acme', user: 'ann' }
const bob = { tenant: 'acme', user: 'bob' }

function setUp() {
  const app = createToolRegistry()
  const open = () => Object.entries(app.metrics().scopes.byKind).map(([kind, scopes]) => [kind, scopes.open])
  return { app, open, scopes: createUserScopes(app) }
}

describe('the scopes of users', () => {
  it('are shared by their holders and closed with the last, the tenant’s with its last user', async () => {
    const { app, open, scopes } = setUp()
    const [first, second, other] = [scopes.acquire(ann), scopes.acquire({ ...ann }), scopes.acquire(bob)]
    const isShared = first.scope === second.scope

    first[Symbol.dispose]()
    first[Symbol.dispose]()
    other[Symbol.dispose]()
    await scopes.settled()
    const oneLeft = { open: open(), ann: scopes.peek(ann) === second.scope, bob: scopes.peek(bob) }
    second[Symbol.dispose]()
    await scopes.settled()

    expect(isShared).toBe(true)
    expect(oneLeft).toEqual({
      open: expect.arrayContaining([
        ['tenant', 1],
        ['user', 1],
      ]),
      ann: true,
      bob: undefined,
    })
    expect(scopes.peek(ann)).toBeUndefined()
    expectNoLeaks(app)
  })

  it('are opened anew when they were closed by somebody else, and the old holders give back only the old', async () => {
    const { app, scopes } = setUp()
    const before = scopes.acquire(ann)
    await before.scope.close()

    const after = scopes.acquire(ann)
    before[Symbol.dispose]()
    await scopes.settled()

    expect([after.scope.closed, scopes.peek(ann) === after.scope]).toEqual([false, true])
    after[Symbol.dispose]()
    await scopes.settled()
    expectNoLeaks(app)
  })

  it('leave nothing open when a user cannot have one', async () => {
    const { app, scopes } = setUp()

    expect(() => scopes.acquire({ tenant: 'acme', user: '' })).toThrow()
    await scopes.settled()

    expectNoLeaks(app)
  })
})
