/**
 * Reading what a tool hands out as JSON, strictly: what JSON cannot hold is refused, never dropped or rewritten.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { isProxy } from '../tool/probing.ts'

export type JsonReading =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly path: string; readonly found: string }

const MAX_DEPTH = 128
/** A few shared parts can stand for more values than there is memory. */
const MAX_VALUES = 1_000_000

/**
 * A copy of `value` as plain JSON. `toJSON` is honoured, and a property that is undefined is left out, both as
 * `JSON.stringify` does; all else that it would lose, change or throw for is refused, with the JSON Pointer to it.
 * Never throws.
 */
export function readJson(value: unknown): JsonReading {
  const walk: Walk = { path: [], above: [], values: 0 }
  try {
    return { ok: true, value: read(value, walk) }
  } catch (error) {
    const found = error instanceof NotJson ? error.found : 'a value that throws when it is read'
    return { ok: false, path: pointer(walk.path), found }
  }
}

export function pointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Text that takes at most `maxBytes` in UTF-8, cut between characters. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return new TextDecoder().decode(bytes.subarray(0, end))
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

interface Walk {
  readonly path: (string | number)[]
  readonly above: object[]
  values: number
}

class NotJson extends Error {
  readonly found: string

  constructor(found: string) {
    super(found)
    this.found = found
  }
}

function read(value: unknown, walk: Walk): JsonValue {
  walk.values++
  if (walk.values > MAX_VALUES) throw new NotJson(`more than ${MAX_VALUES.toLocaleString('en')} values`)
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(String(value))
      return value === 0 ? 0 : value
    case 'object':
      return value === null ? null : readObject(value, walk)
    case 'bigint':
      throw new NotJson('a BigInt')
    case 'undefined':
      throw new NotJson('undefined')
    default:
      throw new NotJson(`a ${typeof value}`)
  }
}

function readObject(value: object, walk: Walk): JsonValue {
  if (isProxy(value)) throw new NotJson('a Proxy')
  if (walk.above.includes(value)) throw new NotJson('a circular reference')
  if (walk.above.length >= MAX_DEPTH) throw new NotJson(`more than ${MAX_DEPTH} levels of nesting`)
  walk.above.push(value)
  const made = readOnce(value, walk)
  walk.above.pop()
  return made
}

function readOnce(value: object, walk: Walk): JsonValue {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return read(value.toJSON(String(walk.path.at(-1) ?? '')), walk)
  }
  if (Array.isArray(value)) return readArray(value, walk)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    const tag = Object.prototype.toString.call(value).slice(8, -1)
    if (tag !== 'Object') throw new NotJson(`an object of kind ${tag}`)
  }
  return readEntries(value, walk)
}

function readArray(value: readonly unknown[], walk: Walk): JsonValue {
  const made: JsonValue[] = []
  for (let index = 0; index < value.length; index++) {
    walk.path.push(index)
    made.push(read(value[index], walk))
    walk.path.pop()
  }
  return made
}

function readEntries(value: object, walk: Walk): JsonObject {
  const made: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) {
    walk.path.push(key)
    const item: unknown = (value as Record<string, unknown>)[key]
    if (item !== undefined) {
      const entry = read(item, walk)
      // Assigning to `__proto__` would change the copy's prototype instead of giving it a property.
      if (key === '__proto__') Object.defineProperty(made, key, { value: entry, enumerable: true })
      else made[key] = entry
    }
    walk.path.pop()
  }
  return made
}
