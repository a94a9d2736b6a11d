/**
 * What a node sees of the store until it dies: so many commits of events, and then silence. The law: the store itself is
 * whole, and another node goes on with it.
 *
 * @module
 */
import type { Store } from '../agent/ports.ts'

export interface MortalStore extends Store {
  /** Nothing that it is asked is answered any more. */
  readonly isDead: boolean
  /** From now on. */
  die(): void
}

/** The append after `appends` others never arrives. Infinity: it dies when it is told to. */
export function cutOff(store: Store, appends: number): MortalStore {
  let left = appends
  let isDead = false
  const never = new Promise<never>(() => {})

  const mortal = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, method]) => [
        name,
        (...args: unknown[]) => {
          if (name === 'append' && left-- <= 0) isDead = true
          return isDead ? never : (method as (...given: unknown[]) => Promise<unknown>)(...args)
        },
      ]),
    ) as T

  const parts = Object.entries(store).map(([name, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null ? [name, mortal(part)] : [name, part],
  )
  const die = (): void => {
    isDead = true
  }
  return Object.defineProperty({ ...Object.fromEntries(parts), die }, 'isDead', { get: () => isDead }) as MortalStore
}
