/**
 * Arguments that an approver edited. They were shown redacted: what was left as it was shown is what it was.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import type { Issue, Parsed, Tool } from '../tool/tool.ts'
import { conceal } from './concealment.ts'

export type EditedInput =
  /** `shown` is redacted. */
  | { readonly ok: true; readonly input: JsonValue; readonly parsed: unknown; readonly shown: JsonValue }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** What the tool's schema made of them. A complaint tells an approver nothing that they were not shown. */
export function editedInput(tool: Pick<Tool, 'input'>, restored: JsonValue, parsed: Parsed<unknown>): EditedInput {
  const shown = tool.input.redact(restored)
  if (!parsed.ok) return { ok: false, issues: conceal(restored, shown).issues(parsed.issues) }
  return { ok: true, input: restored, parsed: parsed.value, shown }
}

/** `edited`, with each value that is still the placeholder it was shown as replaced by the original one. */
export function restoreRedacted(edited: JsonValue, shown: JsonValue, original: JsonValue): JsonValue {
  if (shown === original) return edited
  if (isList(edited) && isList(shown) && isList(original)) {
    return edited.map((item, index) => restoreMember(item, shown[index], original[index]))
  }
  if (isObject(edited) && isObject(shown) && isObject(original)) {
    const entries = Object.entries(edited).map(([key, value]) => [
      key,
      restoreMember(value, own(shown, key), own(original, key)),
    ])
    return Object.fromEntries(entries) as JsonObject
  }
  return edited === shown ? original : edited
}

function restoreMember(edited: JsonValue, shown: JsonValue | undefined, original: JsonValue | undefined): JsonValue {
  return shown === undefined || original === undefined ? edited : restoreRedacted(edited, shown, original)
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
