/** Schemas of other libraries, by the Standard Schema interface. The law: their own parse decides, with its transforms and defaults. @module */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { escapePointer } from './json.ts'
import type { SchemaSide } from './schema.ts'
import type { CompiledSchema, Issue, Parsed } from './tool.ts'

export type StandardReading =
  | { readonly vendor: string; readonly jsonSchema: unknown; readonly parse: CompiledSchema['parse'] }
  | { readonly found: string; readonly fix: string }

const maxIssues = 20
const maxMessageCharacters = 300
const pairFix =
  'Give both: `{ schema, jsonSchema }`, the JSON Schema written by hand or made by a converter of that library.'

/** Undefined when it is neither a Standard Schema nor a pair with one. */
export function readStandard(source: object, side: SchemaSide): StandardReading | undefined {
  const inner: unknown = Reflect.get(source, 'schema')
  if (isObject(inner) && isObject(Reflect.get(inner, '~standard')) && !isObject(Reflect.get(source, '~standard'))) {
    const read = readValidate(inner)
    if ('found' in read) return read
    return { ...read, jsonSchema: Reflect.get(source, 'jsonSchema') }
  }
  if (!isObject(Reflect.get(source, '~standard'))) return undefined
  const read = readValidate(source)
  if ('found' in read) return read
  return tellJsonSchema(source, side, read)
}

interface Reader {
  readonly vendor: string
  readonly parse: CompiledSchema['parse']
}

function readValidate(schema: object): Reader | { readonly found: string; readonly fix: string } {
  const standard: unknown = Reflect.get(schema, '~standard')
  const validate: unknown = isObject(standard) ? Reflect.get(standard, 'validate') : undefined
  const vendor: unknown = isObject(standard) ? Reflect.get(standard, 'vendor') : undefined
  if (typeof validate !== 'function' || typeof vendor !== 'string') {
    return {
      found: 'a schema that can not check',
      fix: 'Use a version of the library that implements Standard Schema 1.',
    }
  }
  return { vendor, parse: (value) => parseWith(validate as StandardSchemaV1.Props['validate'], value) }
}

function tellJsonSchema(schema: object, side: SchemaSide, read: Reader): StandardReading {
  const standard: unknown = Reflect.get(schema, '~standard')
  const converter: unknown = isObject(standard) ? Reflect.get(standard, 'jsonSchema') : undefined
  const convert: unknown = isObject(converter) ? Reflect.get(converter, side) : undefined
  if (typeof convert !== 'function') {
    return { found: `a ${read.vendor} schema that does not tell its JSON Schema`, fix: pairFix }
  }
  let failure = ''
  for (const target of ['draft-2020-12', 'draft-07']) {
    try {
      const jsonSchema: unknown = Reflect.apply(convert, converter, [{ target }])
      return { ...read, jsonSchema }
    } catch (error) {
      failure ||= error instanceof Error ? error.message.slice(0, maxMessageCharacters) : 'an error'
    }
  }
  return { found: `a ${read.vendor} schema that has no JSON Schema: ${failure}`, fix: pairFix }
}

function parseWith(
  validate: StandardSchemaV1.Props['validate'],
  value: unknown,
): Parsed<unknown> | Promise<Parsed<unknown>> {
  try {
    const result = validate(value)
    if (!isThenable(result)) return parsedOf(result)
    return Promise.resolve(result).then(parsedOf, threw).catch(threw)
  } catch {
    return threw()
  }
}

function parsedOf(result: StandardSchemaV1.Result<unknown>): Parsed<unknown> {
  if (result.issues === undefined || result.issues === null)
    return { ok: true, value: (result as { value: unknown }).value }
  const issues = Array.from(result.issues).slice(0, maxIssues).map(issueOf)
  return { ok: false, issues: issues.length > 0 ? issues : [{ path: '', message: 'it does not fit the schema' }] }
}

function issueOf(issue: StandardSchemaV1.Issue): Issue {
  const segments = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
  const path = segments.map((segment) => `/${escapePointer(String(segment))}`).join('')
  return { path, message: String(issue.message).slice(0, maxMessageCharacters) }
}

/** What it threw may hold the value, and stays out. */
function threw(): Parsed<unknown> {
  return { ok: false, issues: [{ path: '', message: 'the schema threw an error while it checked the value' }] }
}

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return isObject(value) && typeof Reflect.get(value, 'then') === 'function'
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
