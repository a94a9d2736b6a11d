/**
 * Everything that looks like a tool and was not made by this library's `defineTool`. The law (L1): looks count for nothing,
 * so each carries all that a tool has, as far as its kind can.
 *
 * @module
 */
import type { Tool } from 'toolcrib'

/** By what each is. */
export async function lookAlikesOf(tool: Tool): Promise<ReadonlyMap<string, unknown>> {
  const { defineTool: defineElsewhere } = await secondCopyOfTheLibrary()
  const json: unknown = JSON.parse(JSON.stringify(tool))
  class ToolLike {
    static readonly description: string = tool.description
    static readonly input: Tool['input'] = tool.input
    static readonly effect: Tool['effect'] = tool.effect
    static readonly execute: Tool['execute'] = tool.execute
    readonly name: string = tool.name
    readonly description: string = tool.description
    readonly input: Tool['input'] = tool.input
    readonly effect: Tool['effect'] = tool.effect
    readonly fingerprint: string = tool.fingerprint
    readonly execute: Tool['execute'] = tool.execute
  }
  class SubclassOfToolLike extends ToolLike {}
  return new Map<string, unknown>([
    ['a JSON copy', json],
    ['a JSON copy with its function put back', { ...Object(json), input: tool.input, execute: tool.execute }],
    ['a spread', { ...tool }],
    ['a frozen spread', Object.freeze({ ...tool })],
    ['a spread with a change', { ...tool, description: 'Another.' }],
    ['an object that inherits from it', Object.create(tool)],
    ['a copy of all its properties', Object.create(Object.prototype, Object.getOwnPropertyDescriptors(tool))],
    ['a proxy of it', new Proxy(tool, {})],
    ['a class', ToolLike],
    ['an instance of a class', new ToolLike()],
    ['an instance of a subclass', new SubclassOfToolLike()],
    ['its function', tool.execute],
    ['its input schema', tool.input],
    ['its name', tool.name],
    ['a promise of it', Promise.resolve(tool)],
    ['a list with it', [tool]],
    ['what another copy of the library made', defineElsewhere({ ...bare, name: tool.name })],
  ])
}

const bare = {
  description: 'Made elsewhere.',
  input: { type: 'object' },
  effect: 'read',
  execute: () => null,
} as const

/** The same source, evaluated a second time: as when two versions of a package are installed. */
async function secondCopyOfTheLibrary(): Promise<typeof import('toolcrib')> {
  const path: string = '../../library/src/tool/define-tool.ts?second-copy'
  return (await import(path)) as typeof import('toolcrib')
}
