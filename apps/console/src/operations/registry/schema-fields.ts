/** A JSON Schema as the fields that people read: a name, a type, whether it is needed, what it is for. */
import type { JsonObject, JsonValue } from 'toolcrib/protocol'

export interface SchemaField {
  /** `address.city`, `tags[]`. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly description: string | undefined
  /** What else is asked of it, such as `at least 1`. */
  readonly rules: readonly string[]
}

const MAX_FIELDS = 200
const MAX_DEPTH = 6

export function fieldsOf(schema: JsonObject): readonly SchemaField[] {
  const fields: SchemaField[] = []
  walk(schema, '', 0)
  return fields

  function walk(part: JsonObject, prefix: string, depth: number): void {
    const { properties, required } = part
    if (!isObject(properties) || depth >= MAX_DEPTH) return
    const needed = new Set(Array.isArray(required) ? required : [])
    for (const [key, value] of Object.entries(properties)) {
      if (fields.length >= MAX_FIELDS) return
      const field = isObject(value) ? value : {}
      const name = `${prefix}${key}`
      const { description } = field
      fields.push({
        name,
        type: typeOf(field),
        required: needed.has(key),
        description: typeof description === 'string' ? description : undefined,
        rules: rulesOf(field),
      })
      walk(field, `${name}.`, depth + 1)
      if (isObject(field.items)) walk(field.items, `${name}[].`, depth + 1)
    }
  }
}

function typeOf(schema: JsonObject): string {
  const { type, $ref, const: only, items } = schema
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? $ref
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(schema.enum))
    return schema.enum
      .slice(0, 12)
      .map((one) => JSON.stringify(one))
      .join(' | ')
  const choices = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list))
  if (Array.isArray(choices)) return choices.map((one) => (isObject(one) ? typeOf(one) : 'any')).join(' | ')
  if (type === 'array') return isObject(items) ? `list of ${typeOf(items)}` : 'list'
  if (Array.isArray(type)) return type.join(' | ')
  return typeof type === 'string' ? type : 'any'
}

const bounds: readonly (readonly [keyword: string, words: (value: string) => string])[] = [
  ['minimum', (value) => `at least ${value}`],
  ['exclusiveMinimum', (value) => `more than ${value}`],
  ['maximum', (value) => `at most ${value}`],
  ['exclusiveMaximum', (value) => `less than ${value}`],
  ['minLength', (value) => `${value} characters or more`],
  ['maxLength', (value) => `${value} characters or fewer`],
  ['minItems', (value) => `${value} items or more`],
  ['maxItems', (value) => `${value} items or fewer`],
  ['format', (value) => `a ${value}`],
  ['pattern', (value) => `like ${value}`],
]

function rulesOf(schema: JsonObject): readonly string[] {
  const rules = bounds.flatMap(([keyword, words]) => {
    const value = schema[keyword]
    return typeof value === 'string' || typeof value === 'number' ? [words(String(value))] : []
  })
  return schema.default === undefined ? rules : [...rules, `default ${JSON.stringify(schema.default)}`]
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
