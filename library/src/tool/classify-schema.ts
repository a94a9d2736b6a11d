/** Schemas offered as tools, by the library that made them: the mistake that an agent's configuration invites most. @module */
import type { NotATool } from './classify.ts'
import { isObject, type Probe, probe } from './probing.ts'

const jsonSchemaTypes: ReadonlySet<unknown> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
])
const jsonSchemaMarks = [
  'properties',
  'required',
  'items',
  '$defs',
  'additionalProperties',
  'enum',
  'anyOf',
  'oneOf',
  'allOf',
] as const

export function findSchema(seen: Probe): NotATool | undefined {
  const library = libraryOf(seen)
  if (library === undefined) return undefined
  return {
    kind: 'schema',
    found: `a ${library} schema`,
    cause: "The schema of a tool's arguments stands where the tool itself belongs.",
    fix: 'Give it as `input` to `defineTool({ name, description, input, effect, execute })`, and add what that returns.',
  }
}

function libraryOf(seen: Probe): string | undefined {
  const standard = seen.get('~standard')
  const vendor = isObject(standard) ? probe(standard).get('vendor') : undefined
  if (typeof vendor === 'string') return nameOfVendor(vendor, seen)
  if (isObject(seen.get('_zod'))) return 'Zod 4'
  if (isObject(seen.get('_def')) && typeof seen.get('safeParse') === 'function') return 'Zod 3'
  if (hasSymbol(seen, 'TypeBox.Kind')) return 'TypeBox (@sinclair/typebox)'
  if (typeof seen.get('~kind') === 'string') return 'TypeBox (typebox)'
  if (hasInheritedSymbol(seen, 'effect/Schema')) return 'Effect'
  if (hasSymbol(seen, 'vercel.ai.schema')) return 'AI SDK'
  if (seen.get('__isYupSchema__') === true) return 'Yup'
  if (hasInheritedSymbol(seen, '@hapi/joi/schema') || seen.get('$_root') !== undefined) return 'Joi'
  return isJsonSchema(seen) ? 'JSON Schema' : undefined
}

function nameOfVendor(vendor: string, seen: Probe): string {
  switch (vendor) {
    case 'zod':
      return isObject(seen.get('_zod')) ? 'Zod 4' : 'Zod 3'
    case 'valibot':
      return 'Valibot'
    case 'arktype':
      return 'ArkType'
    case 'effect':
      return 'Effect'
    default:
      return /^[\w .@/-]{1,40}$/.test(vendor) ? vendor : 'Standard'
  }
}

function hasSymbol(seen: Probe, description: string): boolean {
  return seen.ownKeys.some((key) => typeof key === 'symbol' && key.description === description)
}

/** Registered symbols, which a class sets on its prototype. */
function hasInheritedSymbol(seen: Probe, key: string): boolean {
  return seen.has(Symbol.for(key))
}

function isJsonSchema(seen: Probe): boolean {
  if (typeof seen.value !== 'object' || Array.isArray(seen.value)) return false
  if (typeof seen.get('$schema') === 'string' || typeof seen.get('$ref') === 'string') return true
  if (seen.has('name') && seen.has('description')) return false
  const marked = jsonSchemaMarks.some((mark) => seen.ownKeys.includes(mark))
  const type = seen.get('type')
  const typed = jsonSchemaTypes.has(type) || (Array.isArray(type) && type.some((one) => jsonSchemaTypes.has(one)))
  if (typed)
    return marked || seen.ownKeys.every((key) => typeof key === 'string' && !/^(execute|invoke|handler)$/.test(key))
  return isObject(seen.get('properties'))
}
