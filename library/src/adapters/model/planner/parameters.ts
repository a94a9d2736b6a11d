/**
 * What a tool wants to know: the leaves of its input schema, and what kind of thing each is. A schema of any shape is
 * read; what cannot be filled from text is kept as `unfillable`, and asked for when it is required.
 *
 * @module
 */
import type { JsonObject, JsonPrimitive, JsonValue } from '../../../protocol/vocabulary.ts'
import { splitName, stem, wordsOf } from './words.ts'

export type Kind =
  | 'expression'
  | 'code'
  | 'url'
  | 'email'
  | 'date'
  | 'time'
  | 'date-time'
  | 'unit-from'
  | 'unit-to'
  | 'currency-from'
  | 'currency-to'
  | 'currency'
  | 'choice'
  | 'boolean'
  | 'count'
  | 'amount'
  | 'number'
  | 'id'
  | 'file'
  | 'place'
  | 'person'
  | 'query'
  | 'title'
  | 'text'
  | 'phrase'
  | 'unfillable'

export interface Parameter {
  /** From the root of the input. */
  readonly path: readonly string[]
  /** The path with dots: how it is named to a person. */
  readonly label: string
  readonly name: string
  /** The name in words: `note id`. */
  readonly said: string
  readonly description: string
  readonly kind: Kind
  /** Holds many of its kind. */
  readonly many: boolean
  readonly integer: boolean
  readonly choices: readonly JsonPrimitive[]
  /** Required, and so is everything above it. */
  readonly required: boolean
  /** Required once anything else of its parent is given. */
  readonly requiredInParent: boolean
  readonly preset?: JsonValue
  readonly examples: readonly string[]
}

const MAX_DEPTH = 4
const MAX_PARAMETERS = 60

export function readParameters(schema: JsonObject): Parameter[] {
  const parameters: Parameter[] = []
  readObject(schema, { root: schema, path: [], required: true, parameters })
  return parameters
}

interface Place {
  readonly root: JsonObject
  readonly path: readonly string[]
  readonly required: boolean
  readonly parameters: Parameter[]
}

function readObject(schema: JsonObject, place: Place): void {
  const properties = objectOf(schema.properties)
  const required = Array.isArray(schema.required) ? schema.required : []
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (place.parameters.length >= MAX_PARAMETERS) return
    const resolved = resolve(objectOf(value) ?? {}, place.root)
    const path = [...place.path, name]
    const here = required.includes(name)
    const isObject = resolved.properties !== undefined
    if (isObject && path.length < MAX_DEPTH) {
      readObject(resolved, { ...place, path, required: place.required && here })
    } else {
      place.parameters.push(readLeaf(resolved, { path, required: place.required && here, here, root: place.root }))
    }
  }
}

function readLeaf(
  schema: JsonObject,
  at: { path: readonly string[]; required: boolean; here: boolean; root: JsonObject },
): Parameter {
  const name = at.path.at(-1) ?? ''
  const many = typesOf(schema).includes('array')
  const one = many ? resolve(objectOf(schema.items) ?? { type: 'string' }, at.root) : schema
  const choices = choicesOf(one)
  const description = [textOf(schema.title), textOf(schema.description), many ? textOf(one.description) : '']
    .filter(Boolean)
    .join('. ')
  const preset = schema.const ?? schema.default ?? (choices.length === 1 && at.required ? choices[0] : undefined)
  return {
    path: at.path,
    label: at.path.join('.'),
    name,
    said: splitName(name),
    description,
    kind: kindOf({ name, description, schema: one, choices }),
    many,
    integer: typesOf(one).includes('integer'),
    choices,
    required: at.required,
    requiredInParent: at.here,
    ...(preset === undefined ? {} : { preset }),
    examples: [...examplesOf(schema), ...(many ? examplesOf(one) : [])],
  }
}

/** Follows local `$ref`s, merges `allOf`, and takes the first branch of `anyOf` or `oneOf` that says something. */
function resolve(schema: JsonObject, root: JsonObject, depth = 0): JsonObject {
  if (depth > 8) return {}
  let found = schema
  const reference = schema.$ref
  if (typeof reference === 'string') {
    const target = objectOf(atPointer(root, reference))
    found = target ? { ...resolve(target, root, depth + 1), ...without(schema, '$ref') } : without(schema, '$ref')
  }
  if (Array.isArray(found.allOf)) {
    for (const part of found.allOf) {
      const merged = resolve(objectOf(part) ?? {}, root, depth + 1)
      found = {
        ...merged,
        ...found,
        ...(merged.properties || found.properties
          ? { properties: { ...objectOf(merged.properties), ...objectOf(found.properties) } }
          : {}),
      }
    }
  }
  const branches = [found.anyOf, found.oneOf].find((one) => Array.isArray(one))
  if (Array.isArray(branches) && found.properties === undefined) {
    const readable = branches.map((one) => resolve(objectOf(one) ?? {}, root, depth + 1))
    const constants = readable.flatMap((one) => (one.const === undefined ? [] : [one.const]))
    if (constants.length > 1) return { ...found, enum: constants }
    const first =
      readable.find(
        (one) => Array.isArray(one.enum) || typesOf(one).some((type) => type !== 'null' && type !== 'object'),
      ) ?? readable.find((one) => !typesOf(one).includes('null'))
    if (first) found = { ...first, ...without(without(found, 'anyOf'), 'oneOf') }
  }
  return found
}

function atPointer(root: JsonObject, reference: string): JsonValue | undefined {
  if (!reference.startsWith('#/')) return undefined
  let at: JsonValue | undefined = root
  for (const part of reference.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const object: JsonObject | undefined = objectOf(at)
    if (!object || !Object.hasOwn(object, key)) return undefined
    at = object[key]
  }
  return at
}

function typesOf(schema: JsonObject): readonly string[] {
  const type = schema.type
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.filter((one) => typeof one === 'string') : []
}

function choicesOf(schema: JsonObject): readonly JsonPrimitive[] {
  const values = schema.enum
  return Array.isArray(values)
    ? values.filter((one): one is string | number | boolean => one !== null && typeof one !== 'object')
    : []
}

function examplesOf(schema: JsonObject): string[] {
  const values = schema.examples
  return Array.isArray(values)
    ? values.filter((one) => typeof one === 'string' || typeof one === 'number').map(String)
    : []
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

function without(schema: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key))
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Formats that are no standard, but say what is meant. */
const formats: Readonly<Record<string, Kind>> = {
  expression: 'expression',
  code: 'code',
  path: 'file',
  city: 'place',
  'search-query': 'query',
  id: 'id',
}

/** Names first, then formats, then what the description says; the first rule that fits decides. */
function kindOf(leaf: {
  name: string
  description: string
  schema: JsonObject
  choices: readonly JsonPrimitive[]
}): Kind {
  const { schema, choices } = leaf
  const types = typesOf(schema)
  const names = splitName(leaf.name).split(' ').map(stem)
  const has = (...words: readonly string[]): boolean => words.some((word) => names.includes(stem(word)))
  const about = new Set(wordsOf(leaf.description).map((word) => stem(word.lower)))
  const tells = (...words: readonly string[]): boolean => words.some((word) => about.has(stem(word)))

  if (choices.length > 0) return 'choice'
  if (types.includes('object') || types.includes('array')) return 'unfillable'
  if (types.includes('boolean')) return 'boolean'
  if (types.includes('number') || types.includes('integer')) {
    if (has('limit', 'count', 'top', 'max', 'maximum', 'size', 'results')) return 'count'
    if (has('amount', 'price', 'total', 'cost', 'budget', 'sum')) return 'amount'
    return has('from', 'offset', 'page', 'start', 'after', 'skip') ? 'count' : 'number'
  }
  const format = schema.format
  if (format === 'email') return 'email'
  if (format === 'uri' || format === 'url') return 'url'
  const told = typeof format === 'string' ? formats[format] : undefined
  if (told !== undefined) return told
  if (format === 'date' || format === 'time' || format === 'date-time') return format
  if (has('from', 'source') && tells('currency')) return 'currency-from'
  if (has('to', 'target') && tells('currency')) return 'currency-to'
  if (has('from', 'source', 'unit') && (tells('unit') || has('unit'))) return 'unit-from'
  if (has('to', 'target') && tells('unit')) return 'unit-to'
  if (has('email', 'mail') || (has('to', 'recipient', 'cc', 'bcc') && tells('email', 'mail', 'e'))) return 'email'
  if (has('expression', 'formula', 'equation', 'calculation')) return 'expression'
  if (has('code', 'script', 'javascript', 'snippet', 'sql', 'command', 'program'))
    return has('country', 'zip', 'postal') ? 'phrase' : 'code'
  if (has('url', 'uri', 'link', 'website', 'webpage')) return 'url'
  if (has('currency')) return 'currency'
  if (has('date', 'due', 'deadline', 'day', 'birthday')) return tells('time') && !tells('day') ? 'date-time' : 'date'
  if (has('when', 'start', 'end', 'begin', 'at', 'datetime', 'until')) return 'date-time'
  if (has('time') && !has('zone')) return 'time'
  if (has('document', 'file', 'path') && has('id', 'name')) return 'file'
  if (has('id', 'identifier', 'key', 'number', 'reference', 'code')) return 'id'
  if (has('document', 'file', 'filename', 'path', 'page')) return 'file'
  if (
    has(
      'place',
      'city',
      'location',
      'country',
      'destination',
      'origin',
      'region',
      'town',
      'timezone',
      'zone',
      'address',
    )
  )
    return 'place'
  if (has('query', 'search', 'keyword', 'term', 'topic', 'q', 'filter', 'question')) return 'query'
  if (has('title', 'subject', 'heading', 'headline', 'label')) return 'title'
  if (has('text', 'body', 'content', 'message', 'note', 'comment', 'description', 'summary', 'reason')) return 'text'
  if (
    has(
      'customer',
      'person',
      'attendee',
      'author',
      'recipient',
      'user',
      'client',
      'guest',
      'participant',
      'owner',
      'assignee',
      'name',
      'company',
    )
  ) {
    return 'person'
  }
  if (tells('city', 'place', 'country')) return 'place'
  return tells('query', 'keyword') ? 'query' : 'phrase'
}
