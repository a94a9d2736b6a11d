/** Tools of other frameworks, and descriptions of tools that nothing can carry out. @module */
import type { NotATool } from './classify.ts'
import { isObject, type Probe, probe, quoteText } from './probing.ts'

interface Framework {
  readonly name: string
  /** The public entry whose adapter makes tools of it. Undefined: there is none. */
  readonly adapter: string | undefined
  readonly matches: (seen: Probe) => boolean
}

/** The first that matches: the exact ones before the general. */
const frameworks: readonly Framework[] = [
  {
    name: 'LangChain',
    adapter: 'toolcrib/source/langchain',
    matches: (seen) =>
      (seen.get('lc_serializable') !== undefined ||
        seen.get('lc_runnable') === true ||
        Array.isArray(seen.get('lc_namespace'))) &&
      isFunction(seen, 'invoke'),
  },
  {
    name: 'OpenAI Agents',
    adapter: 'toolcrib/source/openai-agents',
    matches: (seen) => seen.get('type') === 'function' && isFunction(seen, 'invoke') && seen.has('parameters'),
  },
  {
    name: 'MCP server',
    adapter: 'toolcrib/source/mcp',
    matches: (seen) =>
      seen.has('inputSchema') &&
      (isFunction(seen, 'handler') || isFunction(seen, 'callback')) &&
      isFunction(seen, 'enable'),
  },
  {
    name: 'MCP client',
    adapter: 'toolcrib/source/mcp',
    matches: (seen) => isFunction(seen, 'listTools') && isFunction(seen, 'callTool'),
  },
  {
    name: 'MCP server',
    adapter: 'toolcrib/source/mcp',
    matches: (seen) => isFunction(seen, 'registerTool') && isFunction(seen, 'connect'),
  },
  {
    name: 'Mastra',
    adapter: 'toolcrib/source/mastra',
    matches: (seen) => typeof seen.get('id') === 'string' && seen.has('inputSchema') && isFunction(seen, 'execute'),
  },
  {
    name: 'Strands',
    adapter: undefined,
    matches: (seen) => isObject(seen.get('toolSpec')) && (isFunction(seen, 'stream') || isFunction(seen, 'invoke')),
  },
  {
    name: 'AI SDK',
    adapter: 'toolcrib/source/ai-sdk',
    matches: (seen) =>
      (seen.has('inputSchema') || (seen.has('parameters') && !seen.has('name'))) && isFunction(seen, 'execute'),
  },
  {
    name: 'LlamaIndex',
    adapter: undefined,
    matches: (seen) => isObject(seen.get('metadata')) && isFunction(seen, 'call'),
  },
]

export function findForeignTool(seen: Probe): NotATool | undefined {
  const framework = frameworks.find((one) => one.matches(seen))
  if (framework === undefined) return undefined
  const { name, adapter } = framework
  return {
    kind: 'foreign_tool',
    found: `a tool of ${name}${called(seen)}`,
    cause: 'It was made by another framework; how it is named, checked and stopped is not what a run relies on.',
    fix:
      adapter === undefined
        ? 'Wrap it in `defineTool`, and call it in `execute`; there is no adapter for it.'
        : `Bring it in through the adapter \`${adapter}\`, which makes tools of it.`,
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

const listing =
  'Bring in the server it came from through `toolcrib/source/mcp`, or define the tool here with `defineTool`.'
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
