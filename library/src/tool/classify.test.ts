import { execFileSync } from 'node:child_process'
import { DynamicStructuredTool, tool as langChainTool } from '@langchain/core/tools'
import { McpServer } from '@modelcontextprotocol/server'
import { tool as agentsTool, RunContext } from '@openai/agents'
import { Type as OldType } from '@sinclair/typebox'
import { tool as aiTool, dynamicTool, jsonSchema } from 'ai'
import { type } from 'arktype'
import Type from 'typebox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { classify, type NotATool } from './classify.ts'
import { defineTool } from './define-tool.ts'
import * as moduleNamespace from './errors.ts'
import type { Call } from './tool.ts'
import { createToolRegistry } from './tool-registry.ts'

function words({ kind, found }: NotATool): string {
  return `${kind}: ${found}`
}

const aiCall = { toolCallId: '1', messages: [], context: {} }

function about(name: string): { readonly name: string; readonly description: string; readonly effect: 'read' } {
  return { name, description: 'x', effect: 'read' }
}

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: z.object({}),
  effect: 'read',
  execute: () => 1,
})

describe('a schema where a tool belongs', () => {
  it('is told with the library that made it [REG-04]', () => {
    const schemas = [
      z.object({ a: z.string() }),
      z.string().optional(),
      z3.object({ a: z3.string() }),
      v.object({ a: v.string() }),
      type({ a: 'string' }),
      Type.Object({ a: Type.String() }),
      OldType.Object({ a: OldType.String() }),
      { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      { type: 'string' },
      jsonSchema({ type: 'object' }),
    ]

    expect(schemas.map(classify).map(words)).toEqual([
      'schema: a Zod 4 schema',
      'schema: a Zod 4 schema',
      'schema: a Zod 3 schema',
      'schema: a Valibot schema',
      'schema: a ArkType schema',
      'schema: a TypeBox (typebox) schema',
      'schema: a TypeBox (@sinclair/typebox) schema',
      'schema: a JSON Schema schema',
      'schema: a JSON Schema schema',
      'schema: a JSON Schema schema',
      'schema: a AI SDK schema',
    ])
    expect(typeof schemas[4]).toBe('function')
  })

  it('is refused by the registry with the same words [REG-04]', () => {
    const registry = createToolRegistry()

    const [verdict] = registry.offer([z.object({ a: z.string() })])

    expect(verdict).toMatchObject({
      verdict: 'refused',
      code: 'NOT_A_TOOL',
      kind: 'schema',
      found: 'a Zod 4 schema',
      cause: "The schema of a tool's arguments stands where the tool itself belongs.",
      fix: expect.stringContaining('`input`'),
    })
  })
})

describe('what is no tool', () => {
  it('is a class, with or without a name, or a subclass of a tool-like class [REG-05]', () => {
    class BaseTool {
      readonly name = 'base'
      execute(): void {}
    }
    class SearchTool extends BaseTool {}
    const anonymous = (() => class {})()

    expect([SearchTool, BaseTool, anonymous, DynamicStructuredTool].map(classify).map(words)).toEqual([
      'class: the class "SearchTool" that extends "BaseTool"',
      'class: the class "BaseTool"',
      'class: an anonymous class',
      'class: the class "DynamicStructuredTool" that extends "StructuredTool"',
    ])
  })

  it('is a function of any sort, and its name is only shown, never taken [REG-05] [REG-06]', () => {
    function search(): void {}
    const registry = createToolRegistry()
    const functions = [
      search,
      (
        () => () =>
          1
      )(),
      search.bind(null),
      async () => 1,
      function* walk() {},
      async function* crawl() {},
      async function fetchIt() {},
    ]

    expect(functions.map(classify).map(words)).toEqual([
      'function: the function "search"',
      'function: a nameless arrow function',
      'function: the bound function "bound search"',
      'function: a nameless async arrow function',
      'function: the generator function "walk"',
      'function: the async function "crawl"',
      'function: the async function "fetchIt"',
    ])
    expect(registry.offer(functions).map((verdict) => [verdict.code, verdict.name])).toEqual(
      functions.map(() => ['NOT_A_TOOL', undefined]),
    )
    expect(registry.list()).toEqual([])
  })

  it('is a promise, a thenable, a module, a map without prototype, a list, a value or nothing [REG-05]', () => {
    const thenable = {}
    Reflect.set(thenable, 'then', () => {})
    const candidates = [
      Promise.resolve(echo),
      thenable,
      moduleNamespace,
      Object.assign(Object.create(null), { echo }),
      [echo],
      'echo',
      42,
      10n,
      true,
      Symbol('echo'),
      null,
      undefined,
      {},
      new Map(),
    ]

    expect(candidates.map(classify).map(words)).toEqual([
      'promise: a promise',
      'promise: a promise',
      'module: a whole module',
      'null_prototype: an object without a prototype',
      'object: a list',
      'primitive: the string "echo"',
      'primitive: a number',
      'primitive: a bigint',
      'primitive: a boolean',
      'primitive: a symbol',
      'nothing: null',
      'nothing: undefined',
      'object: an object without fields of its own',
      'object: an object without fields of its own',
    ])
  })

  it('is a module as Node itself makes one [REG-05]', () => {
    const source = new URL('./classify.ts', import.meta.url).href
    const script = `import * as whole from ${JSON.stringify(source)}; console.log(whole.classify(whole).kind)`

    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })

    expect(printed.trim()).toBe('module')
  })

  it('is a copy of a tool, or a definition that was never defined [REG-05] [REG-06]', () => {
    const copies = [{ ...echo }, Object.create(echo), JSON.parse(JSON.stringify(echo))]
    const definition = { name: 'a', description: 'b', input: z.object({}), effect: 'read', execute: () => 1 }

    expect([...copies, definition].map(classify).map(words)).toEqual([
      'tool_lookalike: a copy of a tool',
      'tool_lookalike: a copy of a tool',
      'tool_lookalike: a copy of a tool',
      'tool_lookalike: the definition of a tool',
    ])
  })

  it('is a tool of another framework, told with its framework', () => {
    const schema = z.object({ city: z.string() })
    const server = new McpServer({ name: 'weather', version: '1' })
    const candidates = [
      aiTool({ description: 'x', inputSchema: schema, execute: async () => 1 }),
      dynamicTool({ description: 'x', inputSchema: schema, execute: async () => 1 }),
      langChainTool(async () => 'x', { name: 'get_weather', description: 'x', schema }),
      agentsTool({ name: 'get_weather', description: 'x', parameters: schema, execute: async () => 'x' }),
      server.registerTool('get_weather', { inputSchema: schema }, async () => ({ content: [] })),
      server,
      { id: 'get_weather', description: 'x', inputSchema: schema, execute: async () => 1 },
    ]

    const answers = candidates.map(classify)

    expect(answers.map(words)).toEqual([
      'foreign_tool: a tool of AI SDK',
      'foreign_tool: a tool of AI SDK',
      'foreign_tool: a tool of LangChain called "get_weather"',
      'foreign_tool: a tool of OpenAI Agents called "get_weather"',
      'foreign_tool: a tool of MCP server',
      'foreign_tool: a tool of MCP server',
      'foreign_tool: a tool of Mastra called "get_weather"',
    ])
    expect(answers.map(({ fix }) => /^Wrap what (.+) made with `defineTool\(/.exec(fix)?.[1])).toEqual([
      'AI SDK',
      'AI SDK',
      'LangChain',
      'OpenAI Agents',
      'MCP server',
      'MCP server',
      'Mastra',
    ])
    expect(answers.map(({ fix }) => fix).join()).not.toContain('toolcrib/')
  })

  it('of another framework works once it is wrapped as the refusal says', async () => {
    const schema = z.object({ city: z.string() })
    const ai = aiTool({ description: 'x', inputSchema: schema, execute: async ({ city }) => `sun in ${city}` })
    const chain = langChainTool(async ({ city }: { city: string }) => `rain in ${city}`, { name: 'get_rain', schema })
    const agents = agentsTool({
      name: 'get_wind',
      description: 'x',
      parameters: schema,
      execute: async ({ city }) => `wind in ${city}`,
    })
    const wrapped = [
      defineTool({ ...about('get_sun'), input: schema, execute: (input) => ai.execute?.(input, aiCall) }),
      defineTool({ ...about('get_rain'), input: schema, execute: (input) => chain.invoke(input) }),
      defineTool({
        ...about('get_wind'),
        input: agents.parameters,
        execute: (input) => agents.invoke(new RunContext(), JSON.stringify(input)),
      }),
    ]
    const registry = createToolRegistry()

    const verdicts = registry.offer(wrapped)
    const results = await Promise.all(wrapped.map((tool) => tool.execute({ city: 'Oslo' }, {} as Call<unknown>)))

    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted', 'admitted'])
    expect(results).toEqual(['sun in Oslo', 'rain in Oslo', 'wind in Oslo'])
  })

  it('is a description of a tool with nothing to call', () => {
    const parameters = { type: 'object', properties: {} }

    const candidates = [
      { name: 'get_weather', description: 'x', inputSchema: parameters },
      { type: 'function', function: { name: 'get_weather', description: 'x', parameters } },
      { type: 'function', name: 'get_weather', description: 'x', parameters, strict: true },
      { name: 'get_weather', description: 'x', input_schema: parameters },
      aiTool({ description: 'x', inputSchema: z.object({}) }),
    ]

    expect(candidates.map(classify).map(words)).toEqual([
      'tool_descriptor: an MCP server\'s description of a tool called "get_weather", with nothing to call',
      'tool_descriptor: an OpenAI request\'s description of a tool called "get_weather", with nothing to call',
      'tool_descriptor: an OpenAI request\'s description of a tool called "get_weather", with nothing to call',
      'tool_descriptor: an Anthropic request\'s description of a tool called "get_weather", with nothing to call',
      'tool_descriptor: a tool of AI SDK without `execute`, with nothing to call',
    ])
  })
})

describe('what fights back', () => {
  it('is classified without running a proxy, and without an accidental error [REG-05]', () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    let trapped = 0
    const handler = new Proxy(
      {},
      {
        get: () => () => {
          trapped += 1
        },
      },
    )

    const answers = [new Proxy(echo, handler), new Proxy(() => 1, handler), revoked].map(classify).map(words)

    expect(answers).toEqual(['proxy: a Proxy', 'proxy: a Proxy', 'proxy: a Proxy'])
    expect(trapped).toBe(0)
  })

  it('may throw in getters, in toString, in Symbol.toPrimitive and in its prototype [REG-05]', () => {
    const fail = (): never => {
      throw new Error('gotcha')
    }
    const getters = Object.defineProperties(
      {},
      Object.fromEntries(
        ['name', 'then', '~standard', 'type', 'execute', 'toolSpec'].map((key) => [
          key,
          { get: fail, enumerable: true },
        ]),
      ),
    )
    const stringly = {
      toString: fail,
      [Symbol.toPrimitive]: fail,
      [Symbol.toStringTag]: 'Tool',
      name: { toString: fail },
    }
    const trappedParent = Object.create(new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail }))
    const misnamed = Object.defineProperty(() => 1, 'name', { get: fail })

    const answers = [getters, stringly, trappedParent, misnamed].map(classify)

    expect(answers.map(({ kind }) => kind)).toEqual(['object', 'object', 'object', 'function'])
    const registry = createToolRegistry()
    expect(registry.offer([getters, stringly, trappedParent, misnamed]).map(({ code }) => code)).toEqual(
      Array(4).fill('NOT_A_TOOL'),
    )
  })
})
