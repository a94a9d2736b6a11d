/** Compiles what a tool's author wrote as a schema. The law: once, when the tool is defined, and whatever is wrong is told. @module */
import type { JsonObject } from '../protocol/vocabulary.ts'
import { copyJson, isJsonObject } from './json.ts'
import { createJsonValidator } from './json-schema.ts'
import { createRedactor } from './redact.ts'
import { analyseSchema, schemaBounds } from './schema-analysis.ts'
import { readStandard, type StandardReading } from './standard-schema.ts'
import type { CompiledSchema, Issue } from './tool.ts'

interface SchemaDefect {
  readonly code: 'SCHEMA_INVALID' | 'SCHEMA_NOT_OBJECT'
  /** Inside the definition, such as `/input/properties/city`. */
  readonly path: string
  readonly found: string
  readonly fix: string
}

export type Compiled =
  | { readonly ok: true; readonly schema: CompiledSchema }
  | { readonly ok: false; readonly defects: readonly SchemaDefect[] }

/** An input's model writes what the schema takes; an output is shown as what the schema gives. */
export type SchemaSide = 'input' | 'output'

/** Never throws. */
export function compileSchema(source: unknown, side: SchemaSide): Compiled {
  const reading = readSource(source, side)
  if ('found' in reading) return refuse(side, [{ path: '', message: reading.found }], reading.fix)

  const copied = copyJson(reading.jsonSchema, schemaBounds)
  if (!copied.ok) return refuse(side, [copied])
  if (typeof copied.value !== 'boolean' && !isJsonObject(copied.value)) {
    return refuse(side, [{ path: '', message: `a JSON Schema is an object, and this is ${nameOf(copied.value)}` }])
  }
  const document = typeof copied.value === 'boolean' ? copied.value : forModels(copied.value)
  const analysis = analyseSchema(document)
  if (analysis.issues.length > 0) return refuse(side, analysis.issues)
  if (typeof document === 'boolean' || (side === 'input' && document.type !== 'object'))
    return refuseKind(side, document)

  const parse = reading.parse ?? createJsonValidator(document)
  const redact = createRedactor(document, analysis)
  return { ok: true, schema: Object.freeze({ vendor: reading.vendor, jsonSchema: document, parse, redact }) }
}

type Source =
  | { readonly vendor: string; readonly jsonSchema: unknown; readonly parse?: CompiledSchema['parse'] }
  | { readonly found: string; readonly fix: string }

function readSource(source: unknown, side: SchemaSide): Source {
  try {
    if ((typeof source !== 'object' && typeof source !== 'function') || source === null) {
      return {
        found: `no schema, but ${nameOf(source)}`,
        fix: 'Give a schema, such as `z.object({ … })`, or a JSON Schema object.',
      }
    }
    const standard: StandardReading | undefined = readStandard(source, side)
    if (standard !== undefined) return standard
    if (typeof source === 'function') {
      return { found: 'a function', fix: 'Call it if it makes a schema, and give what it returns.' }
    }
    return { vendor: 'json-schema', jsonSchema: source }
  } catch {
    return {
      found: 'an object that throws when it is read',
      fix: 'Give a plain JSON Schema object or a Standard Schema.',
    }
  }
}

/** Without what only tools of schemas read: `$schema`, the document's `$id`, and keys that start with `~`. */
function forModels(document: JsonObject): JsonObject {
  const dropped = (key: string): boolean => key === '$schema' || key === '$id' || key.startsWith('~')
  if (!Object.keys(document).some(dropped)) return document
  return Object.freeze(Object.fromEntries(Object.entries(document).filter(([key]) => !dropped(key))))
}

function refuse(side: SchemaSide, issues: readonly Issue[], fix?: string): Compiled {
  const defects = issues.slice(0, 10).map(
    ({ path, message }): SchemaDefect => ({
      code: 'SCHEMA_INVALID',
      path: `/${side}${path}`,
      found: message,
      fix: fix ?? 'Correct the schema there: JSON Schema draft 2020-12 or 7, of plain data, complete in itself.',
    }),
  )
  return { ok: false, defects }
}

function refuseKind(side: SchemaSide, document: JsonObject | boolean): Compiled {
  const type =
    typeof document === 'boolean'
      ? String(document)
      : document.type === undefined
        ? 'no type'
        : JSON.stringify(document.type)
  const defect: SchemaDefect = {
    code: 'SCHEMA_NOT_OBJECT',
    path: `/${side}`,
    found: `a schema of ${type}, where models need an object of named arguments`,
    fix: 'Make it an object at the top, such as `z.object({ value: … })` or `{ "type": "object", "properties": { … } }`.',
  }
  return { ok: false, defects: [defect] }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return value === undefined ? 'nothing' : `a ${typeof value}`
}
