/**
 * The scopes of tenants and users, below the app's. The law: a scope is opened with its first holder, shared by all, and
 * closed with the last.
 *
 * @module
 */
import type { Owner } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'

export interface HeldScope extends Disposable {
  readonly scope: Registry<Tool>
}

export interface UserScopes {
  acquire(owner: Owner): HeldScope
  /** The user's scope, if anybody holds it. */
  peek(owner: Owner): Registry<Tool> | undefined
  /** Resolves when all that were given back have closed. */
  settled(): Promise<void>
}

interface Shared {
  readonly scope: Registry<Tool>
  /** Where it is found. */
  readonly shelf: Map<string, Shared>
  readonly name: string
  /** Held as long as this is. */
  readonly above: Shared | undefined
  holders: number
}

interface Tenant extends Shared {
  readonly users: Map<string, Shared>
}

export function createUserScopes(app: Registry<Tool>): UserScopes {
  const tenants = new Map<string, Tenant>()
  const closing = new Set<Promise<unknown>>()

  function tenantNamed(name: string): Tenant {
    const known = tenants.get(name)
    if (known?.scope.closed === false) return known
    const scope = app.open({ kind: 'tenant', name })
    const tenant = { scope, shelf: tenants, name, above: undefined, holders: 0, users: new Map() }
    tenants.set(name, tenant)
    return tenant
  }

  function userNamed(above: Tenant, name: string): Shared {
    const known = above.users.get(name)
    if (known?.scope.closed === false) return known
    const scope = above.scope.open({ kind: 'user', name })
    const user = { scope, shelf: above.users, name, above, holders: 0 }
    above.holders += 1
    above.users.set(name, user)
    return user
  }

  function giveBack(shared: Shared): void {
    shared.holders -= 1
    if (shared.holders > 0) return
    const { scope, shelf, name, above } = shared
    if (shelf.get(name) === shared) shelf.delete(name)
    const closed = scope.close('its last holder has left')
    closing.add(closed)
    void closed.then(() => closing.delete(closed))
    if (above !== undefined) giveBack(above)
  }

  return {
    acquire({ tenant, user }) {
      const above = tenantNamed(tenant)
      above.holders += 1
      try {
        const shared = userNamed(above, user)
        shared.holders += 1
        return new Hold(shared, giveBack)
      } finally {
        giveBack(above)
      }
    },
    peek({ tenant, user }) {
      return tenants.get(tenant)?.users.get(user)?.scope
    },
    async settled() {
      await Promise.all(closing)
    },
  }
}

/** A hot object, hence a class: every connection has one. */
class Hold implements HeldScope {
  readonly scope: Registry<Tool>
  readonly #giveBack: (shared: Shared) => void
  #shared: Shared | undefined

  constructor(shared: Shared, giveBack: (shared: Shared) => void) {
    this.scope = shared.scope
    this.#shared = shared
    this.#giveBack = giveBack
  }

  [Symbol.dispose](): void {
    const shared = this.#shared
    this.#shared = undefined
    if (shared !== undefined) this.#giveBack(shared)
  }
}
