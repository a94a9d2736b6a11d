/**
 * Arguments that an approver edited. They were shown redacted: what was left as it was shown is what it was.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'

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
