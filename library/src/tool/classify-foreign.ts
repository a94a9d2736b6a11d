/** Tools of other frameworks, and descriptions of tools that nothing can carry out. @module */
import type { NotATool } from './classify.ts'
import { isObject, type Probe, probe, quoteText } from './probing.ts'

interface Framework {
  readonly name: string
  /** How its parts become parts of a definition; with parts that are there. */
  readonly wrapping: string
  readonly matches: (seen: Probe) => boolean
}

const wrapExecute = 'give its `inputSchema` as `input`, and call its `execute` in `execute`'
const wrapListed = 'give its `inputSchema` as `input`, and call `callTool` with its name in `execute`'

/** The first that matches: the exact ones before the general. */
const frameworks: readonly Framework[] = [
  {
    name: 'LangChain',
    wrapping: 'give its `schema` as `input`, and call its `invoke` in `execute`',
    matches: (seen) =>
      (seen.get('lc_serializable') !== undefined ||
        seen.get('lc_runnable') === true ||
        Array.isArray(seen.get('lc_namespace'))) &&
      isFunction(seen, 'invoke'),
  },
  {
    name: 'OpenAI Agents',
    wrapping: 'give its `parameters` as `input`, and call its `invoke` with the arguments as JSON in `execute`',
    matches: (seen) => seen.get('type') === 'function' && isFunction(seen, 'invoke') && seen.has('parameters'),
  },
  {
    name: 'MCP server',
    wrapping: 'give its `inputSchema` as `input`, and call its handler in `execute`',
    matches: (seen) =>
      seen.has('inputSchema') &&
      (isFunction(seen, 'handler') || isFunction(seen, 'callback')) &&
      isFunction(seen, 'enable'),
  },
  {
    name: 'MCP client',
    wrapping: `for each tool that it lists ${wrapListed}`,
    matches: (seen) => isFunction(seen, 'listTools') && isFunction(seen, 'callTool'),
  },
  {
    name: 'MCP server',
    wrapping: `connect a client to it, and for each tool that it lists ${wrapListed}`,
    matches: (seen) => isFunction(seen, 'registerTool') && isFunction(seen, 'connect'),
  },
  {
    name: 'Mastra',
    wrapping: wrapExecute,
    matches: (seen) => typeof seen.get('id') === 'string' && seen.has('inputSchema') && isFunction(seen, 'execute'),
  },
  {
    name: 'Strands',
    wrapping: 'give the `inputSchema` of its `toolSpec` as `input`, and call it in `execute`',
    matches: (seen) => isObject(seen.get('toolSpec')) && (isFunction(seen, 'stream') || isFunction(seen, 'invoke')),
  },
  {
    name: 'AI SDK',
    wrapping: wrapExecute,
    matches: (seen) =>
      (seen.has('inputSchema') || (seen.has('parameters') && !seen.has('name'))) && isFunction(seen, 'execute'),
  },
  {
    name: 'LlamaIndex',
    wrapping: 'give the `parameters` of its `metadata` as `input`, and call its `call` in `execute`',
    matches: (seen) => isObject(seen.get('metadata')) && isFunction(seen, 'call'),
  },
]

export function findForeignTool(seen: Probe): NotATool | undefined {
  const framework = frameworks.find((one) => one.matches(seen))
  if (framework === undefined) return undefined
  const { name, wrapping } = framework
  return {
    kind: 'foreign_tool',
    found: `a tool of ${name}${called(seen)}`,
    cause: 'It was made by another framework; how it is named, checked and stopped is not what a run relies on.',
    fix: `Wrap what ${name} made with \`defineTool({ name, description, input, effect, execute })\`: ${wrapping}.`,
  }
}

/** A tool's listing without anything to call: from an MCP server's `tools/list`, or made for a provider's request. */
export function findDescriptor(seen: Probe): NotATool | undefined {
  const origin = originOf(seen)
  if (origin === undefined) return undefined
  return {
    kind: 'tool_descriptor',
    found: `${origin.found}${called(origin.named)}, with nothing to call`,
    cause: 'It describes a tool to a model or a client; what carries it out is elsewhere.',
    fix: origin.fix,
  }
}

const listing = `Wrap it with \`defineTool\`: ${wrapListed}.`
const request =
  'Define the tool with `defineTool` and an `execute`; the model adapter makes such descriptions by itself.'

function originOf(seen: Probe): { readonly found: string; readonly named: Probe; readonly fix: string } | undefined {
  const inner = seen.get('function')
  if (seen.get('type') === 'function' && isObject(inner)) {
    return { found: "an OpenAI request's description of a tool", named: probe(inner), fix: request }
  }
  if (seen.get('type') === 'function' && seen.has('parameters') && seen.has('name')) {
    return { found: "an OpenAI request's description of a tool", named: seen, fix: request }
  }
  if (seen.has('input_schema'))
    return { found: "an Anthropic request's description of a tool", named: seen, fix: request }
  if (seen.has('inputSchema') && seen.has('name'))
    return { found: "an MCP server's description of a tool", named: seen, fix: listing }
  if (seen.has('inputSchema')) return { found: 'a tool of AI SDK without `execute`', named: seen, fix: request }
  const describes = seen.has('name') && seen.has('description') && (seen.has('parameters') || seen.has('input'))
  return describes ? { found: 'the description of a tool', named: seen, fix: request } : undefined
}

function called(seen: Probe): string {
  const name = seen.get('name') ?? seen.get('id')
  return typeof name === 'string' && name !== '' ? ` called ${quoteText(name)}` : ''
}

function isFunction(seen: Probe, key: string): boolean {
  return typeof seen.get(key) === 'function'
}
