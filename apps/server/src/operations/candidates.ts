/**
 * What somebody pasted, read as candidates for tools. The law: a description is made into the tool that its adapter would
 * make of it, with nothing in it that was not said; what describes no tool stays what it is.
 *
 * @module
 */
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser'
import { defineTool, type Tool } from 'toolcrib'
import type { CandidateForm } from 'toolcrib/operations'
import type { Effect } from 'toolcrib/protocol'
import { ServerError } from '../errors.ts'

export interface Candidate {
  /** A JSON Pointer into the text. */
  readonly pointer: string
  readonly form: CandidateForm
  /** As it would be offered: a tool, or the value itself. */
  readonly offered: unknown
  /** Where in the value the schema of its input stands. */
  readonly inputAt: string
  readonly notes: readonly string[]
}

export interface Candidates {
  readonly list: readonly Candidate[]
  /** How many more there were. */
  readonly leftOut: number
}

const maxCandidates = 200
/** As deep as a schema may be, and the way to it. */
const maxDepth = 120

/** Each is made in a turn of its own: compiling many schemas holds nobody up for long. @throws ServerError `TEXT_NOT_JSON`, `REQUEST_INVALID`. */
export async function readCandidates(text: string, nextTurn: () => Promise<void>): Promise<Candidates> {
  const found = findCandidates(readJson(text), '')
  const list: Candidate[] = []
  for (const { pointer, value } of found.slice(0, maxCandidates)) {
    list.push({ pointer, ...readCandidate(value) })
    await nextTurn()
  }
  return { list, leftOut: Math.max(0, found.length - maxCandidates) }
}

function readJson(text: string): unknown {
  const value = strictJson(text)
  if (isShallow(value, maxDepth)) return value
  throw tooDeep()
}

function tooDeep(): ServerError {
  const message = `Expected JSON at most ${maxDepth} levels deep`
  return new ServerError('REQUEST_INVALID', { issues: [{ path: '/text', message }] })
}

function strictJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const first = firstFault(text)
    const before = text.slice(0, first?.offset).split('\n')
    throw new ServerError('TEXT_NOT_JSON', {
      problem: first === undefined ? 'it ends too early' : wordsOf(printParseErrorCode(first.error)),
      line: before.length,
      column: (before.at(-1) ?? '').length + 1,
    })
  }
}

/** The engine does not always say where; what reads JSON to mend it does, as deep as the stack is. */
function firstFault(text: string): ParseError | undefined {
  const errors: ParseError[] = []
  try {
    parse(text, errors, { disallowComments: true })
  } catch {
    throw tooDeep()
  }
  return errors[0]
}

/** `PropertyNameExpected`: property name expected. */
function wordsOf(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
}

interface Found {
  readonly pointer: string
  readonly value: unknown
}

/** A list, and what `tools/list` answers with or without what is around it, hold candidates; all else is one. */
function findCandidates(value: unknown, pointer: string): readonly Found[] {
  if (Array.isArray(value)) return value.map((one: unknown, index) => ({ pointer: `${pointer}/${index}`, value: one }))
  if (!isObject(value)) return [{ pointer, value }]
  if (isObject(value.result) && Array.isArray(value.result.tools))
    return findCandidates(value.result, `${pointer}/result`)
  if (Array.isArray(value.tools)) return findCandidates(value.tools, `${pointer}/tools`)
  return [{ pointer, value }]
}

type Reading = Omit<Candidate, 'pointer'>
type Definition = Readonly<Record<string, unknown>>

function readCandidate(value: unknown): Reading {
  if (!isObject(value)) return { form: 'other', offered: value, inputAt: '', notes: [] }
  const { name, description } = value
  if (Object.hasOwn(value, 'inputSchema') && Object.hasOwn(value, 'name')) return readListed(value)
  if (Object.hasOwn(value, 'input_schema')) {
    return made('anthropic', '/input_schema', { name, description, input: value.input_schema, effect: 'write' }, [
      unsaidEffect,
    ])
  }
  const inner = value.type === 'function' && isObject(value.function) ? value.function : value
  if (value.type === 'function' && Object.hasOwn(inner, 'name')) {
    // What is left out there stands for no arguments at all.
    const { parameters = { type: 'object', properties: {} } } = inner
    const { name, description } = inner
    return made(
      'openai',
      inner === value ? '/parameters' : '/function/parameters',
      { name, description, input: parameters, effect: 'write' },
      [unsaidEffect],
    )
  }
  const isDefinition = Object.hasOwn(value, 'input') && (Object.hasOwn(value, 'name') || Object.hasOwn(value, 'effect'))
  return isDefinition ? made('definition', '/input', value) : { form: 'other', offered: value, inputAt: '', notes: [] }
}

/** As an MCP server lists it. */
function readListed({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
}: Record<string, unknown>): Reading {
  const hints = isObject(annotations) ? annotations : {}
  const effect = effectOf(hints)
  return made(
    'mcp',
    '/inputSchema',
    {
      name,
      description,
      input: inputSchema,
      effect,
      title: title ?? hints.title,
      output: outputSchema,
      idempotent: typeof hints.idempotentHint === 'boolean' ? hints.idempotentHint : undefined,
    },
    [`Its effect is taken to be “${effect}”, from the hints of the server.`],
  )
}

/** What is not said is taken as the protocol says: it may change, and destroy. */
function effectOf({ readOnlyHint, destructiveHint }: Record<string, unknown>): Effect {
  if (readOnlyHint === true) return 'read'
  return destructiveHint === false ? 'write' : 'destructive'
}

const unsaidEffect = 'It does not say what its effect is: it is taken for “write”.'

function made(form: CandidateForm, inputAt: string, definition: Definition, notes: readonly string[] = []): Reading {
  const said = Object.fromEntries(Object.entries(definition).filter(([, part]) => part !== undefined))
  // Whatever it is given, `defineTool` reads it, and tells what is wrong when the tool is offered.
  const offered: Tool = defineTool({ ...said, execute: refuseCall } as unknown as Parameters<typeof defineTool>[0])
  return { form, offered, inputAt, notes }
}

function refuseCall(): never {
  throw new Error('It was made to be judged, and carries nothing out')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((part) => isShallow(part, depth - 1))
}
