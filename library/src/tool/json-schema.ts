/** The validator of JSON Schemas. The law: no code is made from a schema, and no value is judged for longer than `maxCheckMs`. @module */
import { Check, Errors } from 'typebox/schema'
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { define, escapePointer, isJsonObject } from './json.ts'
import { analyseSchema, type SchemaAnalysis } from './schema-analysis.ts'
import { runInTimeBox } from './time-box.ts'
import type { Issue, Parsed } from './tool.ts'

/** Far above what a schema people write needs. */
const maxCheckMs = 250
const maxIssues = 20
/** More judgements of one part by one schema than this are made under watch: each takes some 20 microseconds at worst. */
const maxUnwatchedJudgements = 10_000

/**
 * Judges values by a document that `analyseSchema` found no fault in. The answer never throws. What it needs is made at
 * the first value, since most tools of a large catalogue are never called.
 */
export function createJsonValidator(document: JsonObject): (value: unknown) => Parsed<unknown> {
  let prepared: Prepared | undefined
  return (value) => {
    prepared ??= prepare(document)
    const { maxUnwatchedParts, judge } = prepared
    try {
      if (!hasMoreParts(value, maxUnwatchedParts)) return judge(value)
      const judged = runInTimeBox(maxCheckMs, () => judge(value))
      return judged.done ? judged.value : failed(`it could not be checked within ${maxCheckMs} ms`)
    } catch (error) {
      return failed(error instanceof RangeError ? 'it is nested too deeply' : 'it could not be checked')
    }
  }
}

interface Prepared {
  readonly maxUnwatchedParts: number
  readonly judge: (value: unknown) => Parsed<unknown>
}

function prepare(document: JsonObject): Prepared {
  const analysis = analyseSchema(document)
  const schema = checkable(document, '', analysis)
  const bare = mentionsInheritedNames(analysis)
  const { costly, weight } = analysis
  // One for the value itself; of what is costly, not even that one.
  const maxUnwatchedParts = costly === undefined ? Math.floor(maxUnwatchedJudgements / weight) - 1 : -1
  return { maxUnwatchedParts, judge }

  function judge(value: unknown): Parsed<unknown> {
    const judged = bare ? withoutPrototypes(value) : value
    if (Check(schema, judged)) return { ok: true, value }
    const [, errors] = Errors(schema, judged)
    const issues = errors.flatMap(issuesOf)
    if (issues.length > 0) return { ok: false, issues: issues.slice(0, maxIssues) }
    const [first] = errors
    return { ok: false, issues: [{ path: first?.instancePath ?? '', message: 'it does not fit the schema' }] }
  }
}

/** Counts no further than it has to, and keeps its own stack: a value may be as deep as it likes. */
function hasMoreParts(value: unknown, max: number): boolean {
  if (max < 0) return true
  const open = [value]
  let count = 0
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue
    const below: readonly unknown[] = Array.isArray(part) ? part : Object.values(part)
    count += below.length
    if (count > max) return true
    for (const one of below) if (typeof one === 'object' && one !== null) open.push(one)
  }
  return false
}

function failed(message: string): Parsed<unknown> {
  return { ok: false, issues: [{ path: '', message }] }
}

type ValidatorError = ReturnType<typeof Errors>[1][number]

/** A validator's complaint in words that a model can act on; those that only repeat another one are left out. */
function issuesOf(error: ValidatorError): readonly Issue[] {
  const path = error.instancePath
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((key) => ({
        path: `${path}/${escapePointer(key)}`,
        message: 'is required',
      }))
    case 'additionalProperties':
      return error.params.additionalProperties.map((key) => ({
        path: `${path}/${escapePointer(String(key))}`,
        message: 'is not a known property',
      }))
    case 'boolean':
      return []
    case 'enum':
      return [{ path, message: `must be one of ${listOf(error.params.allowedValues)}` }]
    case 'const':
      return [{ path, message: `must be ${listOf([error.params.allowedValue])}` }]
    default:
      return [{ path, message: error.message.slice(0, 300) }]
  }
}

function listOf(values: readonly unknown[]): string {
  const shown = values.slice(0, 20).map((value) => JSON.stringify(value) ?? String(value))
  return `${shown.join(', ')}${values.length > shown.length ? ', …' : ''}`.slice(0, 300)
}

/** Only annotations, or resolved already. `format` is an annotation too, as draft 2020-12 has it by default. */
const unneeded: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$recursiveAnchor',
  '$dynamicRef',
  '$recursiveRef',
  '$comment',
  'format',
  'title',
  'description',
])

/** The document as the validator gets it: patterns compiled, every reference a pointer, annotations gone. */
function checkable(value: JsonValue, pointer: string, analysis: SchemaAnalysis): object {
  if (Array.isArray(value)) {
    return value.map((item, index) => (isObject(item) ? checkable(item, `${pointer}/${index}`, analysis) : item))
  }
  const result: Record<string, unknown> = {}
  const isSchema = analysis.nodes.has(pointer)
  const conjuncts: object[] = []
  for (const [key, member] of Object.entries(value ?? {})) {
    const at = `${pointer}/${escapePointer(key)}`
    const target = isSchema ? analysis.references.get(at) : undefined
    if (target !== undefined) {
      const reference = `#${target.split('/').map(encodeURIComponent).join('/')}`
      if (key === '$ref') define(result, key, reference)
      else conjuncts.push({ $ref: reference })
    } else if (isSchema && key === 'pattern') define(result, key, analysis.patterns.get(String(member))?.regExp)
    else if (!isSchema || !(unneeded.has(key) || key.startsWith('~'))) {
      define(result, key, isObject(member) ? checkable(member, at, analysis) : member)
    }
  }
  if (conjuncts.length > 0) {
    const given: unknown = result.allOf
    define(result, 'allOf', [...(Array.isArray(given) ? given : []), ...conjuncts])
  }
  return result
}

function isObject(value: JsonValue): value is JsonObject | readonly JsonValue[] {
  return typeof value === 'object' && value !== null
}

const keywordsOfNames = ['properties', 'dependentRequired', 'dependentSchemas', 'dependencies'] as const

/** The validator looks names up with `in`: for `toString` and its like the value must inherit nothing. */
function mentionsInheritedNames(analysis: SchemaAnalysis): boolean {
  for (const { schema } of analysis.nodes.values()) {
    if (Array.isArray(schema.required) && schema.required.some(isInherited)) return true
    for (const keyword of keywordsOfNames) {
      const map = schema[keyword]
      if (
        isJsonObject(map) &&
        Object.entries(map).some(
          ([key, names]) => isInherited(key) || (Array.isArray(names) && names.some(isInherited)),
        )
      ) {
        return true
      }
    }
  }
  return false
}

function isInherited(name: unknown): boolean {
  return typeof name === 'string' && name in Object.prototype
}

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes)
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) define(result, key, withoutPrototypes(member))
  return result
}
