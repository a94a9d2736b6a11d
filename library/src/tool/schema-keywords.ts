/** The keywords of JSON Schema that hold schemas, and what the others may hold. Draft 2020-12, 2019-09, 7 and 6. @module */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { escapePointer, isJsonObject } from './json.ts'

export type Schema = JsonObject | boolean

/** `here`: judges the same value as its parent. `below`: judges a part of it. `store`: judges nothing until referred to. */
export type Reach = 'here' | 'below' | 'store'

export interface Subschema {
  readonly schema: JsonValue
  readonly pointer: string
  readonly reach: Reach
}

const single: ReadonlyMap<string, Reach> = new Map([
  ['not', 'here'],
  ['if', 'here'],
  ['then', 'here'],
  ['else', 'here'],
  ['additionalItems', 'below'],
  ['additionalProperties', 'below'],
  ['contains', 'below'],
  ['items', 'below'],
  ['propertyNames', 'below'],
  ['unevaluatedItems', 'below'],
  ['unevaluatedProperties', 'below'],
])

const listed: ReadonlyMap<string, Reach> = new Map([
  ['allOf', 'here'],
  ['anyOf', 'here'],
  ['oneOf', 'here'],
  ['prefixItems', 'below'],
  ['items', 'below'],
])

const mapped: ReadonlyMap<string, Reach> = new Map([
  ['dependentSchemas', 'here'],
  ['dependencies', 'here'],
  ['properties', 'below'],
  ['patternProperties', 'below'],
  ['$defs', 'store'],
  ['definitions', 'store'],
])

/** The schemas directly inside one, in the order in which they are written. What is malformed is left to `faultOf`. */
export function* subschemasOf(schema: JsonObject, pointer: string): Iterable<Subschema> {
  for (const [key, value] of Object.entries(schema)) {
    const at = `${pointer}/${escapePointer(key)}`
    if (Array.isArray(value)) {
      const reach = listed.get(key)
      if (reach !== undefined) yield* value.map((item, index) => ({ schema: item, pointer: `${at}/${index}`, reach }))
      continue
    }
    const reach = mapped.get(key)
    if (reach === undefined) {
      const alone = single.get(key)
      if (alone !== undefined) yield { schema: value, pointer: at, reach: alone }
    } else if (isJsonObject(value)) {
      for (const [name, item] of Object.entries(value)) {
        if (key === 'dependencies' && Array.isArray(item)) continue
        yield { schema: item, pointer: `${at}/${escapePointer(name)}`, reach }
      }
    }
  }
}

const typeNames: ReadonlySet<unknown> = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])

const isNumber = (value: JsonValue): boolean => typeof value === 'number'
const isCount = (value: JsonValue): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0
const isString = (value: JsonValue): boolean => typeof value === 'string'
const isBoolean = (value: JsonValue): boolean => typeof value === 'boolean'
const isStrings = (value: JsonValue): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string')
const isTypeName = (value: JsonValue): boolean =>
  typeNames.has(value) || (Array.isArray(value) && value.length > 0 && value.every((item) => typeNames.has(item)))
const isSchemaLike = (value: JsonValue): boolean => typeof value === 'boolean' || isJsonObject(value)
const isMapOfStrings = (value: JsonValue): boolean => isJsonObject(value) && Object.values(value).every(isStrings)

type Judge = (value: JsonValue) => boolean

/** What keywords must hold. A keyword that is not here says nothing and is let be. */
const rules: readonly (readonly [string, Judge, readonly string[]])[] = [
  ['one of array, boolean, integer, null, number, object and string, or a list of them', isTypeName, ['type']],
  ['a number', isNumber, ['maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum']],
  ['a number above 0', (value) => typeof value === 'number' && value > 0, ['multipleOf']],
  ['a whole number from 0', isCount, ['maxLength', 'minLength', 'maxItems', 'minItems', 'maxContains', 'minContains']],
  ['a whole number from 0', isCount, ['maxProperties', 'minProperties']],
  ['a string', isString, ['pattern', '$ref', '$dynamicRef', '$recursiveRef', '$anchor', '$dynamicAnchor']],
  ['a string', isString, ['$schema', '$id', 'format', 'title', 'description']],
  ['true or false', isBoolean, ['uniqueItems', 'redact']],
  ['a list of strings', isStrings, ['required']],
  ['a list', (value) => Array.isArray(value), ['enum']],
  ['an object of lists of strings', isMapOfStrings, ['dependentRequired']],
  ['a list of at least one schema', (value) => Array.isArray(value) && value.length > 0, ['allOf', 'anyOf', 'oneOf']],
  ['a list of schemas', (value) => Array.isArray(value), ['prefixItems']],
  ['a schema', (value) => isSchemaLike(value) || Array.isArray(value), ['items']],
  ['an object of schemas', isJsonObject, [...mapped.keys()]],
  ['a schema, true or false', isSchemaLike, [...single.keys()].filter((key) => key !== 'items')],
]

const expectations: ReadonlyMap<string, readonly [string, Judge]> = new Map(
  rules.flatMap(([expected, judge, keywords]) => keywords.map((keyword) => [keyword, [expected, judge] as const])),
)

/** The keyword of a schema that holds what it must not, and what it must. */
export function faultOf(schema: JsonObject): { readonly keyword: string; readonly expected: string } | undefined {
  for (const [keyword, value] of Object.entries(schema)) {
    const expectation = expectations.get(keyword)
    if (expectation !== undefined && !expectation[1](value)) return { keyword, expected: expectation[0] }
  }
  return undefined
}
