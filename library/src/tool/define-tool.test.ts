import { type } from 'arktype'
import Type from 'typebox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defectsOf, defineTool, isTool } from './define-tool.ts'
import type { ToolDefinition } from './definition.ts'
import type { Call, Tool } from './tool.ts'

const minimal = {
  name: 'echo',
  description: 'Says it again.',
  input: z.object({ text: z.string() }),
  effect: 'read',
} as const

const call = { instance: undefined } as unknown as Call<unknown>

describe('defineTool', () => {
  it('makes a frozen tool with defaults, a fingerprint and the place where it was defined', () => {
    const tool = defineTool({ ...minimal, execute: ({ text }) => text })

    expect(tool).toMatchObject({
      name: 'echo',
      idempotent: true,
      timeoutMs: 30_000,
      maxConcurrent: Number.POSITIVE_INFINITY,
      tags: [],
      requires: {},
      lifetime: 'run',
    })
    expect(tool.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(tool.definedAt?.file).toMatch(/define-tool\.test\.ts$/)
    expect(Object.isFrozen(tool)).toBe(true)
    expect(Object.isFrozen(tool.input.jsonSchema.properties)).toBe(true)
    expect(defectsOf(tool)).toEqual([])
  })

  it('is the only source: a copy, a spread, a heir and a clone of a tool are no tools [REG-06]', () => {
    const tool = defineTool({ ...minimal, execute: ({ text }) => text })

    const copies = [{ ...tool }, Object.create(tool), JSON.parse(JSON.stringify(tool)), new Proxy(tool, {})]

    expect(isTool(tool)).toBe(true)
    expect(copies.map(isTool)).toEqual([false, false, false, false])
  })

  it('records every defect of a definition at once, and throws for none', () => {
    const definition: unknown = {
      name: '9lives',
      descripton: 'misspelt',
      input: z.string(),
      effect: 'reed',
      timeoutMs: -1,
      requires: { role: ['admin'] },
    }

    const tool = defineTool(definition as ToolDefinition<object, object, never, unknown, never>)

    expect(defectsOf(tool).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'DEFINITION_INVALID /descripton',
      'NAME_INVALID /name',
      'SCHEMA_NOT_OBJECT /input',
      'EFFECT_INVALID /effect',
      'DEFINITION_INVALID /timeoutMs',
      'DEFINITION_INVALID /requires',
      'DEFINITION_INVALID /execute',
    ])
    expect(defectsOf(tool)[0]?.fix).toBe('Write `description`, or remove it.')
    expect(() => tool.execute({}, call)).toThrow(expect.objectContaining({ code: 'TOOL_UNUSABLE' }))
  })

  it('records defects of what is no definition, and of one that throws when it is read', () => {
    const trap = Object.defineProperty({ ...minimal }, 'effect', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()

    const candidates = [undefined, null, 'echo', trap, proxy]
    const codes = candidates.map((one) =>
      defectsOf(Reflect.apply(defineTool, undefined, [one])).map(({ path }) => path),
    )

    expect(codes[0]).toEqual(['', '/name', '/input', '/effect', '/execute'])
    expect(codes[1]).toEqual(codes[0])
    expect(codes[2]).toEqual(codes[0])
    expect(codes[3]).toEqual(['/effect', '/effect', '/execute'])
    expect(codes[4]).toEqual(codes[0])
  })

  it('copies what it is given: changing it later changes nothing', async () => {
    const input = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    const tags = ['math']
    const tool = defineTool({ name: 'double', description: 'Twice.', input, effect: 'read', tags, execute: () => 0 })
    const before = JSON.stringify(tool)

    input.properties.n.type = 'string'
    input.required.push('m')
    tags.push('money')

    expect(JSON.stringify(tool)).toBe(before)
    expect(await tool.input.parse({ n: 1 })).toEqual({ ok: true, value: { n: 1 } })
  })

  it('keeps the parse of a Zod schema: defaults, transforms and asynchronous conditions', async () => {
    const tool = defineTool({
      ...minimal,
      input: z.object({
        city: z.string().default('Oslo'),
        days: z.string().transform(Number).optional(),
        user: z.string().refine(async (name) => name !== 'nobody', 'must exist'),
      }),
      execute: ({ city, days }) => `${city} ${days?.toFixed(1)}`,
    })

    expect(await tool.input.parse({ days: '3', user: 'ann' })).toEqual({
      ok: true,
      value: { city: 'Oslo', days: 3, user: 'ann' },
    })
    expect(await tool.input.parse({ user: 'nobody' })).toEqual({
      ok: false,
      issues: [{ path: '/user', message: 'must exist' }],
    })
    expect(tool.input.jsonSchema).toEqual({
      type: 'object',
      properties: { city: { default: 'Oslo', type: 'string' }, days: { type: 'string' }, user: { type: 'string' } },
      required: ['user'],
    })
  })

  it('takes ArkType, TypeBox, plain JSON Schema, and any other library in a pair', async () => {
    const jsonSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const
    const ark = defineTool({ ...minimal, input: type({ n: 'number' }), execute: ({ n }) => n.toFixed() })
    const box = defineTool({ ...minimal, input: Type.Object({ n: Type.Number() }), execute: (input) => input })
    const plain = defineTool<{ n: number }>({ ...minimal, input: jsonSchema, execute: ({ n }) => n.toFixed() })
    const schema = v.object({ n: v.pipe(v.number(), v.minValue(1)) })
    const pair = defineTool({ ...minimal, input: { schema, jsonSchema }, execute: ({ n }) => n.toFixed() })

    const tools: readonly Tool[] = [ark, box, plain, pair]

    expect(tools.map((tool) => [tool.input.vendor, defectsOf(tool)])).toEqual([
      ['arktype', []],
      ['json-schema', []],
      ['json-schema', []],
      ['valibot', []],
    ])
    expect(tools.map((tool) => tool.input.jsonSchema)).toEqual([jsonSchema, jsonSchema, jsonSchema, jsonSchema])
    expect(new Set(tools.map((tool) => tool.fingerprint)).size).toBe(1)
    const paths = await Promise.all(
      tools.map(async (tool) => {
        const parsed = await tool.input.parse({ n: 'x' })
        return parsed.ok ? 'ok' : parsed.issues.map((issue) => issue.path)
      }),
    )
    expect(paths).toEqual([['/n'], ['/n'], ['/n'], ['/n']])
    expect(await pair.input.parse({ n: 0 })).toMatchObject({ ok: false })
  })

  it('says what to do about a schema that has no JSON Schema', () => {
    const plainValibot = defineTool({ ...minimal, input: v.object({ n: v.number() }), execute: () => 0 })
    const dated = defineTool({ ...minimal, input: z.object({ at: z.date() }), execute: () => 0 })

    expect(defectsOf(plainValibot)).toMatchObject([
      { code: 'SCHEMA_INVALID', path: '/input', found: 'a valibot schema that does not tell its JSON Schema' },
    ])
    expect(defectsOf(dated)).toMatchObject([
      { code: 'SCHEMA_INVALID', found: expect.stringContaining('Date cannot be represented') },
    ])
    expect(defectsOf(dated)[0]?.fix).toContain('{ schema, jsonSchema }')
  })

  it('turns a schema that throws, or answers nonsense, into an issue at the value itself', async () => {
    const jsonSchema = { type: 'object' }
    const throwing = { '~standard': { version: 1, vendor: 'mine', validate: () => JSON.parse('{') } } as const
    const rejecting = {
      '~standard': { version: 1, vendor: 'mine', validate: () => Promise.reject(new Error('x')) },
    } as const
    const silent = { '~standard': { version: 1, vendor: 'mine', validate: () => undefined as never } } as const

    const parsed = await Promise.all(
      [throwing, rejecting, silent].map(async (schema) =>
        defineTool({ ...minimal, input: { schema, jsonSchema }, execute: () => 0 }).input.parse({}),
      ),
    )

    const issue = { path: '', message: 'the schema threw an error while it checked the value' }
    expect(parsed).toEqual([1, 2, 3].map(() => ({ ok: false, issues: [issue] })))
  })
})

describe('the types of defineTool', () => {
  it('infer input, instance and result', () => {
    const tool = defineTool({
      ...minimal,
      input: z.object({ id: z.string(), count: z.number().default(1) }),
      output: z.object({ sum: z.number() }),
      lifetime: 'user',
      open: async (context) => ({ path: context.path, [Symbol.dispose]: () => {} }),
      async *execute({ id, count }, { instance, signal }) {
        const texts: [string, string, AbortSignal] = [id, instance.path, signal]
        yield { done: texts.length }
        return { sum: count + 1 }
      },
    })
    defineTool({
      ...minimal,
      // @ts-expect-error -- an effect is required to be one of three words
      effect: 'reads',
      execute: () => 0,
    })
    defineTool({
      ...minimal,
      output: z.object({ sum: z.number() }),
      // @ts-expect-error -- the result is not what `output` takes
      execute: () => ({ sum: 'one' }),
    })
    defineTool({
      ...minimal,
      // @ts-expect-error -- the input has no such field
      execute: ({ txt }) => txt,
    })
    // @ts-expect-error -- no effect
    defineTool({ name: 'a', description: 'b', input: z.object({}), execute: () => 0 })

    expect(defectsOf(tool)).toEqual([])
  })
})
