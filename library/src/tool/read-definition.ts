/** Reads a definition. The law: every defect is found in one reading, and none throws. @module */

import type { Effect } from '../protocol/vocabulary.ts'
import { isValidName } from '../registry/names.ts'
import { definitionKeys } from './definition.ts'
import type { AdmissionCode } from './errors.ts'
import { nearestTo } from './nearest.ts'
import { compileSchema, type SchemaSide } from './schema.ts'
import type { CompiledSchema, Lifetime, Requirement, Tool } from './tool.ts'

export interface Defect {
  readonly code: AdmissionCode | 'NAME_MISSING' | 'NAME_INVALID'
  /** A JSON Pointer into the definition. */
  readonly path: string
  readonly found: string
  readonly fix: string
}

export interface ReadDefinition {
  readonly data: Omit<Tool, 'input' | 'output' | 'fingerprint' | 'definedAt' | 'open' | 'execute'>
  readonly input: CompiledSchema
  readonly output?: CompiledSchema
  readonly open?: NonNullable<Tool['open']>
  readonly execute?: Tool['execute']
}

/** What stands in for a missing or broken part is never reached: a tool with a defect is never admitted. */
export function readDefinition(definition: unknown): {
  readonly facts: ReadDefinition
  readonly defects: readonly Defect[]
} {
  const defects: Defect[] = []
  const fields = readFields(definition, defects)
  const name = readName(fields.get('name'), defects)
  const description = readText('description') ?? ''
  const title = readText('title')
  const input = readSchema('input') ?? unusable
  const output = fields.get('output') === undefined ? undefined : readSchema('output')
  const effect = readEffect(fields.get('effect'), defects)
  const idempotent = readOne<boolean>('idempotent', [true, false])
  const timeoutMs = readCount('timeoutMs')
  const maxConcurrent = readCount('maxConcurrent')
  const tags = readTexts('tags', fields.get('tags')) ?? []
  const category = readText('category')
  const version = readText('version')
  const requires = readRequires()
  const approval = readOne<'always' | 'never'>('approval', ['always', 'never'])
  const lifetime = readOne<Lifetime>('lifetime', ['app', 'user', 'connection', 'run'])
  const deprecated = readText('deprecated')
  const open = readFunction('open', false)
  const execute = readFunction('execute', true)

  const data: ReadDefinition['data'] = {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    effect,
    idempotent: effect === 'read' || idempotent === true,
    timeoutMs: timeoutMs ?? 30_000,
    maxConcurrent: maxConcurrent ?? Number.POSITIVE_INFINITY,
    tags,
    ...(category === undefined ? {} : { category }),
    ...(version === undefined ? {} : { version }),
    requires,
    ...(approval === undefined ? {} : { approval }),
    lifetime: lifetime ?? 'run',
    ...(deprecated === undefined ? {} : { deprecated }),
  }
  const facts: ReadDefinition = {
    data,
    input,
    ...(output === undefined ? {} : { output }),
    ...(open === undefined ? {} : { open: open as NonNullable<Tool['open']> }),
    ...(execute === undefined ? {} : { execute: execute as Tool['execute'] }),
  }
  return { facts, defects: Object.freeze(defects) }

  function report(key: string, found: string, fix: string): undefined {
    defects.push({ code: 'DEFINITION_INVALID', path: `/${key}`, found, fix })
  }

  function readText(key: string): string | undefined {
    const value = fields.get(key)
    if (value === undefined || typeof value === 'string') return value
    return report(key, `${key} is ${nameOf(value)}`, `Make \`${key}\` a string, or leave it out.`)
  }

  function readTexts(key: string, value: unknown): readonly string[] | undefined {
    if (value === undefined) return undefined
    const texts = safely(() => (Array.isArray(value) ? Array.from(value as readonly unknown[]) : undefined))
    if (texts?.every((text) => typeof text === 'string' && text !== '')) return Object.freeze(texts as string[])
    return report(key, `${key} is ${nameOf(value)}`, `Make \`${key}\` a list of strings, or leave it out.`)
  }

  function readCount(key: string): number | undefined {
    const value = fields.get(key)
    if (value === undefined) return undefined
    if (value === Number.POSITIVE_INFINITY) return value
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    const found = typeof value === 'number' ? String(value) : nameOf(value)
    return report(key, `${key} is ${found}`, `Make \`${key}\` a positive whole number or Infinity, or leave it out.`)
  }

  function readOne<T>(key: string, allowed: readonly T[]): T | undefined {
    const value = fields.get(key)
    if (value === undefined) return undefined
    const chosen = allowed.find((one) => one === value)
    if (chosen !== undefined) return chosen
    const words = allowed.map((one) => JSON.stringify(one)).join(', ')
    return report(key, `${key} is ${quote(value)}`, `Make \`${key}\` one of ${words}, or leave it out.`)
  }

  function readRequires(): Requirement {
    const value = fields.get('requires')
    if (value === undefined) return noRequirement
    const parts = safely(() =>
      isPlain(value)
        ? { keys: Object.keys(value), roles: Reflect.get(value, 'roles'), scopes: Reflect.get(value, 'scopes') }
        : undefined,
    )
    if (parts === undefined || parts.keys.some((key) => key !== 'roles' && key !== 'scopes')) {
      report(
        'requires',
        `requires is ${nameOf(value)}`,
        'Make `requires` an object with `roles`, `scopes` or both, and nothing else.',
      )
      return noRequirement
    }
    const roles = readTexts('requires/roles', parts.roles)
    const scopes = readTexts('requires/scopes', parts.scopes)
    return Object.freeze({ ...(roles === undefined ? {} : { roles }), ...(scopes === undefined ? {} : { scopes }) })
  }

  function readSchema(side: SchemaSide): CompiledSchema | undefined {
    const source = fields.get(side)
    if (source === undefined) {
      const fix = 'Give the schema of its arguments, such as `z.object({ … })`; `z.object({})` for none.'
      defects.push({ code: 'SCHEMA_INVALID', path: `/${side}`, found: 'no schema', fix })
      return undefined
    }
    const compiled = compileSchema(source, side)
    if (compiled.ok) return compiled.schema
    defects.push(...compiled.defects)
    return undefined
  }

  function readFunction(key: 'open' | 'execute', needed: boolean): ((...args: never[]) => unknown) | undefined {
    const value = fields.get(key)
    if (typeof value === 'function') return value as (...args: never[]) => unknown
    if (value === undefined && !needed) return undefined
    const found = value === undefined ? `no ${key}` : `${key} is ${nameOf(value)}`
    return report(key, found, `Give \`${key}\` as a function.`)
  }
}

const noRequirement: Requirement = Object.freeze({})

const unusable: CompiledSchema = Object.freeze({
  vendor: 'none',
  jsonSchema: Object.freeze({ type: 'object' }),
  parse: () => ({ ok: false as const, issues: [{ path: '', message: 'the tool has no usable schema' }] }),
  redact: () => '[redacted]',
})

function readFields(definition: unknown, defects: Defect[]): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>()
  const fix = 'Give `defineTool` an object such as `{ name, description, input, effect, execute }`.'
  if (!isPlain(definition)) {
    defects.push({ code: 'DEFINITION_INVALID', path: '', found: `the definition is ${nameOf(definition)}`, fix })
    return fields
  }
  const keys = safely(() => Reflect.ownKeys(definition).filter((key) => typeof key === 'string'))
  if (keys === undefined) {
    defects.push({ code: 'DEFINITION_INVALID', path: '', found: 'the definition throws when it is read', fix })
    return fields
  }
  const known: readonly string[] = definitionKeys
  for (const key of known) {
    try {
      fields.set(key, Reflect.get(definition, key))
    } catch {
      const found = `reading ${key} threw an error`
      defects.push({ code: 'DEFINITION_INVALID', path: `/${key}`, found, fix: `Give \`${key}\` as a plain value.` })
    }
  }
  for (const key of keys) {
    if (known.includes(key)) continue
    const shown = key.slice(0, 64)
    const near = nearestTo(key, known, 1)[0]
    const found = `an unknown field ${JSON.stringify(shown)}`
    const advice =
      near === undefined ? `Remove it; the fields are ${known.join(', ')}.` : `Write \`${near}\`, or remove it.`
    defects.push({ code: 'DEFINITION_INVALID', path: `/${shown}`, found, fix: advice })
  }
  return fields
}

function readName(value: unknown, defects: Defect[]): string {
  if (typeof value !== 'string' || value === '') {
    const found = value === undefined ? 'no name' : value === '' ? 'an empty name' : `a name that is ${nameOf(value)}`
    defects.push({ code: 'NAME_MISSING', path: '/name', found, fix: 'Give `name`, a string; it is never inferred.' })
    return ''
  }
  if (!isValidName(value)) {
    const fix = 'Choose a name of 1 to 64 letters, digits, `_` and `-` that starts with a letter.'
    defects.push({ code: 'NAME_INVALID', path: '/name', found: `the name ${quote(value)}`, fix })
  }
  return value
}

function readEffect(value: unknown, defects: Defect[]): Effect {
  if (value === 'read' || value === 'write' || value === 'destructive') return value
  const found = value === undefined ? 'no effect' : `the effect ${quote(value)}`
  const fix = 'Set `effect` to "read" (changes nothing), "write" (can be undone) or "destructive" (can not).'
  defects.push({ code: 'EFFECT_INVALID', path: '/effect', found, fix })
  return 'destructive'
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : nameOf(value)
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (safely(() => Array.isArray(value))) return 'a list'
  return value === undefined ? 'nothing' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
