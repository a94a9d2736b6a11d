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
  readonly users: Map<string, Shared>
  holders: number
}

export function createUserScopes(app: Registry<Tool>): UserScopes {
  const tenants = new Map<string, Shared>()
  const closing = new Set<Promise<unknown>>()

  function hold(shelf: Map<string, Shared>, name: string, open: () => Registry<Tool>): Shared {
    const known = shelf.get(name)
    const shared = known?.scope.closed === false ? known : { scope: open(), users: new Map(), holders: 0 }
    shelf.set(name, shared)
    shared.holders++
    return shared
  }

  function giveBack(shelf: Map<string, Shared>, name: string, shared: Shared): void {
    if (--shared.holders > 0) return
    if (shelf.get(name) === shared) shelf.delete(name)
    const closed = shared.scope.close('its last holder has left')
    closing.add(closed)
    void closed.then(() => closing.delete(closed))
  }

  return {
    acquire({ tenant, user }) {
      const above = hold(tenants, tenant, () => app.open({ kind: 'tenant', name: tenant }))
      const mine = hold(above.users, user, () => above.scope.open({ kind: 'user', name: user }))
      let held = true
      return {
        scope: mine.scope,
        [Symbol.dispose]() {
          if (!held) return
          held = false
          giveBack(above.users, user, mine)
          giveBack(tenants, tenant, above)
        },
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
