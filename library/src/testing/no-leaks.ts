/**
 * The leak check. The law (L4): opened minus closed returns to zero, for every kind of scope and for all that was owned.
 *
 * @module
 */
import type { Entry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'

/**
 * Holds a tree of scopes to having nothing open but its root. Ask it once the work is done, before the root is closed.
 *
 * @throws Error that names every kind with its counts.
 */
export function expectNoLeaks<T extends Entry>(root: Registry<T>): void {
  const { scopes, resources } = root.metrics()
  const leaks = Object.entries(scopes.byKind)
    .filter(([kind, counts]) => counts.leaked > 0 || counts.open > (kind === root.kind ? 1 : 0))
    .map(
      ([kind, { open, opened, closed, leaked }]) =>
        `${kind}: ${open} open of ${opened}, ${closed} closed, ${leaked} leaked`,
    )
  if (resources.overdue > 0) leaks.push(`owned things past their deadline: ${resources.overdue}`)
  if (leaks.length > 0) throw new Error(`Expected nothing open below "${root.path}"; ${leaks.join('; ')}`)
}
