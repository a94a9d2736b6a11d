/**
 * Arguments that an approver edited. They were shown redacted. The law: what was left as it was shown is what it was, where it
 * was; a secret goes to no other place than the one it was meant for.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { canonicalJson } from '../tool/fingerprint.ts'
import { escapePointer } from '../tool/json.ts'
import { redacted } from '../tool/secret-keys.ts'
import type { Issue, Parsed, Tool } from '../tool/tool.ts'
import { parseSafely } from './call-output.ts'
import { conceal } from './concealment.ts'

export type EditedInput =
  /** `shown` is redacted. */
  | { readonly ok: true; readonly input: JsonValue; readonly parsed: unknown; readonly shown: JsonValue }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export interface Edited {
  readonly edited: JsonValue
  /** What was edited, redacted. */
  readonly shown: JsonValue
  readonly original: JsonValue
}

/** What the tool's schema makes of them. A complaint tells an approver nothing that they were not shown. */
export function readEdited(tool: Pick<Tool, 'input'>, given: Edited): EditedInput | Promise<EditedInput> {
  const restored = restoreRedacted(given)
  if (!restored.ok) return restored
  const { input } = restored
  const read = (parsed: Parsed<unknown>): EditedInput => {
    const shown = tool.input.redact(input)
    if (!parsed.ok) return { ok: false, issues: conceal(input, shown).issues(parsed.issues) }
    return { ok: true, input, parsed: parsed.value, shown }
  }
  const parsed = parseSafely(tool.input, input)
  return parsed instanceof Promise ? parsed.then(read) : read(parsed)
}

type Restored =
  | { readonly ok: true; readonly input: JsonValue }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Each value that is still the placeholder it was shown as becomes the original one. */
function restoreRedacted({ edited: whole, shown: wholeShown, original: wholeOriginal }: Edited): Restored {
  if (wholeShown === wholeOriginal) return { ok: true, input: whole }
  const strayed: string[] = []
  const input = restore(whole, { shown: wholeShown, original: wholeOriginal }, '')
  if (strayed.length === 0) return { ok: true, input }
  const message =
    'stands for a hidden value that is not known to belong here; write the value, or leave it where it was'
  return { ok: false, issues: strayed.map((path) => ({ path, message })) }

  function restore(edited: JsonValue, source: Source | undefined, path: string): JsonValue {
    if (edited === redacted) {
      if (source?.shown === redacted) return source.original
      strayed.push(path)
      return edited
    }
    if (isList(edited)) {
      const sources = sourcesOf(edited, source)
      return edited.map((item, index) => restore(item, sources(index), `${path}/${index}`))
    }
    if (!isObject(edited)) return edited
    const entries = Object.entries(edited).map(([key, value]) => {
      return [key, restore(value, memberOf(source, key), `${path}/${escapePointer(key)}`)]
    })
    return Object.fromEntries(entries) as JsonObject
  }
}

/** What a part was, as it was shown and as it is. */
interface Source {
  readonly shown: JsonValue
  readonly original: JsonValue
}

function memberOf(source: Source | undefined, key: string): Source | undefined {
  if (source === undefined || !isObject(source.shown) || !isObject(source.original)) return undefined
  const [shown, original] = [own(source.shown, key), own(source.original, key)]
  return shown === undefined || original === undefined ? undefined : { shown, original }
}

/** Items have no names: one that stands elsewhere now is known by what is shown of it, and is nobody when others look the same. */
function sourcesOf(edited: readonly JsonValue[], source: Source | undefined): (index: number) => Source | undefined {
  if (source === undefined || !isList(source.shown) || !isList(source.original)) return () => undefined
  const { shown: items, original: originals } = source
  const shown = items.map((item) => canonicalJson(item))
  const now = edited.map((item) => canonicalJson(item))
  const places = Map.groupBy(shown.keys(), (index) => shown[index])
  const moved = new Set(now.filter((item, index) => item !== shown[index]))
  const isSameLength = now.length === shown.length

  function placeOf(index: number): number | undefined {
    const alike = places.get(now[index]) ?? []
    // Edited where it stands, unless what stood there stands elsewhere.
    if (alike.length === 0) return isSameLength && !moved.has(shown[index] ?? '') ? index : undefined
    if (isSameLength && alike.includes(index)) return index
    const meant = new Set(alike.map((place) => canonicalJson(originals[place] ?? null)))
    return meant.size === 1 ? alike[0] : undefined
  }

  return (index) => {
    const place = placeOf(index)
    const [was, is] = place === undefined ? [] : [items[place], originals[place]]
    return was === undefined || is === undefined ? undefined : { shown: was, original: is }
  }
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
