/** Looking at what a stranger handed in. The law: nothing it does while it is looked at is believed or let through. @module */
import { types } from 'node:util'

/** What could be seen of a value without running more of it than getters. */
export interface Probe {
  readonly value: object
  /** The property of that name, its own or inherited; undefined when reading it throws. */
  get(key: PropertyKey): unknown
  has(key: PropertyKey): boolean
  readonly ownKeys: readonly PropertyKey[]
}

export function probe(value: object): Probe {
  return {
    value,
    get: (key) => quietly(() => Reflect.get(value, key)),
    has: (key) => quietly(() => Reflect.has(value, key)) ?? false,
    ownKeys: quietly(() => Reflect.ownKeys(value)) ?? [],
  }
}

export function isProxy(value: object): boolean {
  return types.isProxy(value)
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}

export function quietly<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** A string as it may be shown: short, one line, quoted. */
export function quoteText(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return JSON.stringify(short)
}
