/** References inside one schema document. The law: nothing outside the document is ever read. @module */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { isJsonObject, unescapePointer } from './json.ts'

/** The keywords that refer, in the order in which they are looked for. */
export const referenceKeywords = ['$ref', '$dynamicRef', '$recursiveRef'] as const

export type Target = { readonly found: true; readonly pointer: string; readonly schema: JsonValue } | NoTarget
interface NoTarget {
  readonly found: false
  readonly why: 'remote' | 'missing'
}

/** Where `#`, `#/a/pointer` or `#anchor` leads. */
export function followReference(
  root: JsonObject,
  anchors: ReadonlyMap<string, { readonly pointer: string; readonly schema: JsonObject }>,
  reference: string,
): Target {
  if (!reference.startsWith('#')) return { found: false, why: 'remote' }
  const fragment = decode(reference.slice(1))
  if (fragment === undefined) return { found: false, why: 'missing' }
  if (fragment !== '' && !fragment.startsWith('/')) {
    const anchored = anchors.get(fragment)
    return anchored === undefined ? { found: false, why: 'missing' } : { found: true, ...anchored }
  }
  let at: JsonValue = root
  for (const segment of fragment.split('/').slice(1)) {
    const next: JsonValue | undefined = memberOf(at, unescapePointer(segment))
    if (next === undefined) return { found: false, why: 'missing' }
    at = next
  }
  return { found: true, pointer: fragment, schema: at }
}

function memberOf(value: JsonValue, key: string): JsonValue | undefined {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
