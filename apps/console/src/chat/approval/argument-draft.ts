/**
 * Arguments as a form: one field for each, by its schema and its value. The law: what was not touched is given back as the
 * very value that was shown, and nothing that cannot be seen is put into a field that does not show it.
 */
import { explicitJson, type JsonObject, type JsonValue } from 'toolcrib/protocol'
import { parseJson } from './parse-json.ts'

export type FieldKind = 'text' | 'number' | 'switch' | 'choice' | 'json' | 'hidden'

export interface ArgumentField {
  /** Undefined: the whole of the arguments, which are no object. */
  readonly name: string | undefined
  readonly kind: FieldKind
  /** As it is written in its field. */
  readonly text: string
  readonly description?: string
  /** Of a choice, each as JSON. */
  readonly options?: readonly string[]
  /** Its schema can do without it. */
  readonly optional: boolean
  /** As it was shown; undefined: it was not among the arguments. */
  readonly shown: JsonValue | undefined
}

export interface ArgumentDraft {
  readonly fields: readonly ArgumentField[]
  /** What the schema knows besides, and could be added. */
  readonly absent: readonly ArgumentField[]
}

export interface FieldIssue {
  /** A JSON Pointer into the arguments. */
  readonly path: string
  readonly message: string
}

export type DraftReading =
  | { readonly ok: true; readonly input: JsonValue }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] }

/** What the server puts in the place of a secret. Left so, it stands for the secret. */
const hidden = '[redacted]'

export function draftOf(input: JsonValue, schema?: JsonValue): ArgumentDraft {
  if (!isObject(input)) return { fields: [fieldOf(undefined, input, undefined, false)], absent: [] }
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {}
  const required = isObject(schema) && Array.isArray(schema.required) ? schema.required : []
  const isOptional = (name: string): boolean => Object.hasOwn(properties, name) && !required.includes(name)
  const fields = Object.entries(input).map(([name, value]) =>
    fieldOf(name, value, own(properties, name), isOptional(name)),
  )
  const absent = Object.entries(properties).flatMap(([name, property]) =>
    Object.hasOwn(input, name) ? [] : [fieldOf(name, undefined, property, isOptional(name))],
  )
  return { fields, absent }
}

/** The arguments as they were written, or what in them is no value yet. */
export function readDraft({ fields }: Pick<ArgumentDraft, 'fields'>): DraftReading {
  const readings = fields.map((field) => ({ field, reading: readField(field) }))
  const issues = readings.flatMap(({ field, reading }) =>
    reading.ok ? [] : [{ path: pathOf(field), message: reading.message }],
  )
  if (issues.length > 0) return { ok: false, issues }
  const values = readings.flatMap(({ field, reading }) => (reading.ok ? [[field.name, reading.value] as const] : []))
  const [whole] = values
  if (whole !== undefined && whole[0] === undefined) return { ok: true, input: whole[1] }
  return { ok: true, input: Object.fromEntries(values) }
}

/** Of the field that a complaint is about, or of none. */
export function pathOf({ name }: Pick<ArgumentField, 'name'>): string {
  return name === undefined ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function isAbout({ path }: FieldIssue, field: Pick<ArgumentField, 'name'>): boolean {
  const own = pathOf(field)
  return path === own || (own !== '' && path.startsWith(`${own}/`))
}

/** A text that is read as it stands: nothing in it is unseen, and it is taken for nothing else. */
export function isPlain(text: string): boolean {
  if (text.trim() !== text || text === '') return false
  return explicitJson(text) === JSON.stringify(text) && !parseJson(text).ok
}

type FieldReading = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly message: string }

function readField({ kind, text, shown }: ArgumentField): FieldReading {
  switch (kind) {
    case 'hidden':
      return { ok: true, value: shown ?? hidden }
    case 'text':
      return { ok: true, value: text }
    case 'switch':
      return { ok: true, value: text === 'true' }
    case 'number': {
      const reading = parseJson(text)
      return reading.ok && typeof reading.value === 'number' ? reading : { ok: false, message: 'Write a number.' }
    }
    case 'choice':
    case 'json':
      return parseJson(text)
    default:
      return kind satisfies never
  }
}

function fieldOf(
  name: string | undefined,
  shown: JsonValue | undefined,
  property: JsonValue | undefined,
  optional: boolean,
): ArgumentField {
  const description = isObject(property) && typeof property.description === 'string' ? property.description : undefined
  const about = { name, optional, shown, ...(description === undefined ? {} : { description }) }
  if (shown === hidden) return { ...about, kind: 'hidden', text: '' }
  const options = optionsOf(property, shown)
  if (options !== undefined) {
    return { ...about, kind: 'choice', options, text: shown === undefined ? (options[0] ?? '') : explicitJson(shown) }
  }
  const kind = kindOf(property, shown)
  return { ...about, kind, text: textOf(kind, shown) }
}

function textOf(kind: FieldKind, shown: JsonValue | undefined): string {
  if (shown === undefined) return kind === 'switch' ? 'false' : ''
  return typeof shown === 'string' && kind === 'text' ? shown : explicitJson(shown, { indent: 2 })
}

function kindOf(property: JsonValue | undefined, shown: JsonValue | undefined): FieldKind {
  const declared = isObject(property) ? property.type : undefined
  const type = shown === undefined ? declared : typeof shown
  switch (type) {
    case 'boolean':
      return 'switch'
    case 'number':
    case 'integer':
      return 'number'
    case 'string':
      // In a text field, what cannot be seen would be overlooked; as JSON it is written out.
      return typeof shown === 'string' && explicitJson(shown) !== JSON.stringify(shown) ? 'json' : 'text'
    default:
      return 'json'
  }
}

/** A value that is none of them is written as JSON: it is no choice yet. */
function optionsOf(property: JsonValue | undefined, shown: JsonValue | undefined): readonly string[] | undefined {
  if (!isObject(property) || !Array.isArray(property.enum) || property.enum.length === 0) return undefined
  const options = property.enum.map((option: JsonValue) => explicitJson(option))
  return shown === undefined || options.includes(explicitJson(shown)) ? options : undefined
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
