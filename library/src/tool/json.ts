/** Copies of plain JSON. The law: what a stranger hands in is read once, bounded, and never trusted again. @module */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'

export interface JsonBounds {
  /** Levels of nesting. */
  readonly maxDepth: number
  /** Objects, arrays and leaves together. */
  readonly maxNodes: number
  /** Characters of keys and strings together. */
  readonly maxCharacters: number
}

export type JsonCopy =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly path: string; readonly message: string }

/**
 * A frozen deep copy, or why there is none. Keys keep their order; a property that is `undefined` is left out, as JSON
 * does. Never throws, whatever the getters and proxies inside do.
 */
export function copyJson(value: unknown, bounds: JsonBounds): JsonCopy {
  const left = { nodes: bounds.maxNodes, characters: bounds.maxCharacters }
  try {
    return { ok: true, value: copy(value, '', bounds.maxDepth) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, path: error.path, message: error.message }
    return { ok: false, path: '', message: 'reading it threw an error' }
  }

  function copy(found: unknown, path: string, depth: number): JsonValue {
    left.nodes -= 1
    if (left.nodes < 0) throw new Refused(path, `it has more than ${bounds.maxNodes} values`)
    if (found === null || typeof found === 'boolean') return found
    if (typeof found === 'string') return spend(found, path)
    if (typeof found === 'number') {
      if (Number.isFinite(found)) return found
      throw new Refused(path, `${found} is no JSON number`)
    }
    if (typeof found !== 'object') throw new Refused(path, `a ${typeof found} is no JSON`)
    if (depth === 0) throw new Refused(path, `it is nested deeper than ${bounds.maxDepth} levels, or contains itself`)
    if (Array.isArray(found)) {
      if (found.length > left.nodes) throw new Refused(path, `it has more than ${bounds.maxNodes} values`)
      return Object.freeze(Array.from(found, (item, index) => copy(item, `${path}/${index}`, depth - 1)))
    }
    const result: Record<string, JsonValue> = {}
    for (const key of Object.keys(found)) {
      const item: unknown = Reflect.get(found, key)
      if (item === undefined) continue
      const below = `${path}/${escapePointer(spend(key, path))}`
      define(result, key, copy(item, below, depth - 1))
    }
    return Object.freeze(result)
  }

  function spend(text: string, path: string): string {
    left.characters -= text.length
    if (left.characters < 0)
      throw new Refused(path, `its keys and texts have more than ${bounds.maxCharacters} characters`)
    return text
  }
}

/** One segment of a JSON Pointer (RFC 6901, section 3). */
export function escapePointer(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment
}

export function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Assignment would call the setter of `__proto__`; a definition makes it a property like any other. */
export function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}

class Refused extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}
