/**
 * The manifest's tools in the provider's form. The same manifest gives the same array, so its conversion is paid once.
 *
 * @module
 */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { ModelTool } from '../../../agent/ports.ts'

const converted = new WeakMap<readonly ModelTool[], LanguageModelV4FunctionTool[]>()

export function providerTools(tools: readonly ModelTool[]): LanguageModelV4FunctionTool[] {
  const known = converted.get(tools)
  if (known !== undefined) return known
  const made = tools.map(
    ({ name, description, inputSchema }): LanguageModelV4FunctionTool => ({
      type: 'function',
      name,
      description,
      // A JSON Schema is a JSON object; the provider's type only spells its keywords out.
      inputSchema: inputSchema as LanguageModelV4FunctionTool['inputSchema'],
    }),
  )
  converted.set(tools, made)
  return made
}
