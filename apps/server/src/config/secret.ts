/**
 * A secret that cannot be printed by accident: whatever shows it, shows `[secret]`.
 *
 * @module
 */
import { inspect } from 'node:util'

export interface Secret<T = string> {
  /** The value itself, for the one place that needs it. */
  reveal(): T
  toString(): string
}

const shown = '[secret]'

export function createSecret<T>(value: T): Secret<T> {
  return Object.freeze({
    reveal: () => value,
    toString: () => shown,
    toJSON: () => shown,
    [inspect.custom]: () => shown,
  })
}
