/**
 * What somebody else's code threw, before anything here looks at it. The law: looking at a failure never fails.
 *
 * @module
 */
import { isObject, isProxy } from '../tool/probing.ts'

/** The same, or an error that says what it was when it cannot be looked at: a Proxy, or an error whose parts throw. */
export function readThrown(thrown: unknown): unknown {
  if (!isObject(thrown)) return thrown
  if (isProxy(thrown)) return new Error('a Proxy was thrown')
  try {
    if (thrown instanceof Error) void [thrown.name, thrown.message, thrown.stack, thrown.cause]
    return thrown
  } catch {
    return new Error('it gave no reason that can be read')
  }
}
