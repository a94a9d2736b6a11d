/**
 * Turns a schema's complaints into problems that a person can act on: name, expected, received, and never a secret.
 *
 * @module
 */
import { z } from 'zod'
import type { ConfigProblem } from '../errors.ts'
import { nearestWord } from './nearest.ts'

/** What is written in one of these places is, or was meant to be, a secret. */
const secretPaths = new Set(['auth', 'auth.jwt', 'auth.jwt.secret', 'auth.jwt.jwks', 'auth.metricsToken'])
const maxShownChars = 80

/** `nameOf` tells where the value at a path was set: a variable, or the path itself. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  context: { readonly schema: z.ZodType; readonly value: unknown; readonly nameOf: (path: string) => string },
): readonly ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        unknownKey(context.nameOf([...path, key].join('.')), key, knownKeys(context.schema, path)),
      )
    }
    const name = path.join('.')
    const shown = secretPaths.has(name)
      ? describeSecret(valueAt(context.value, path))
      : show(valueAt(context.value, path))
    return [
      {
        name: context.nameOf(name),
        expected: schemaAt(context.schema, path)?.description ?? issue.message,
        received: shown,
      },
    ]
  })
}

/** A value as it may be printed. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
  const printed = (JSON.stringify(value) ?? typeof value).replace(/\/\/[^/@]*@/g, '//[secret]@')
  return printed.length > maxShownChars ? `${printed.slice(0, maxShownChars)}…` : printed
}

function describeSecret(value: unknown): string {
  return typeof value === 'string' ? `${Buffer.byteLength(value)} bytes` : `something of type ${typeof value}`
}

function unknownKey(name: string, key: string, known: readonly string[]): ConfigProblem {
  const near = nearestWord(key, known)
  return {
    name,
    expected: 'a key that Toolcrib knows',
    received: `the unknown key ${JSON.stringify(key)}`,
    fix: near === undefined ? `known here are ${known.join(', ')}` : `perhaps "${near}" was meant`,
  }
}

function knownKeys(schema: z.ZodType, path: readonly string[]): readonly string[] {
  const found = schemaAt(schema, path)
  const inner = found === undefined ? undefined : unwrap(found)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

/** The schema of the value at a path, with its description; undefined where the path leaves the schema. */
function schemaAt(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema
  for (const key of path) {
    const inner: z.ZodType | undefined = current === undefined ? undefined : unwrap(current)
    if (inner instanceof z.ZodObject) current = Object.hasOwn(inner.shape, key) ? asType(inner.shape[key]) : undefined
    else if (inner instanceof z.ZodArray) current = asType(inner.element)
    else return undefined
  }
  return current === undefined ? undefined : described(current)
}

/** The outermost of a chain of wrappers that has a description. */
function described(schema: z.ZodType): z.ZodType {
  let current = schema
  while (current.description === undefined) {
    const inner = innerOf(current)
    if (inner === undefined) return schema
    current = inner
  }
  return current
}

function unwrap(schema: z.ZodType): z.ZodType {
  const inner = innerOf(schema)
  return inner === undefined ? schema : unwrap(inner)
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return asType(schema.unwrap())
  }
  return schema instanceof z.ZodPipe ? asType(schema.in) : undefined
}

function asType(value: unknown): z.ZodType | undefined {
  return value instanceof z.ZodType ? value : undefined
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}
