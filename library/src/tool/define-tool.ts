/**
 * The only source of tools. The law (L1): a tool is made, never recognised.
 *
 * @module
 */
import type { JsonObject } from '../protocol/vocabulary.ts'
import { capturePlace } from '../registry/place.ts'
import type { ToolDefinition } from './definition.ts'
import { ToolError } from './errors.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Defect, type ReadDefinition, readDefinition } from './read-definition.ts'
import type { GivenTo, JsonSchema, ParsedBy, TypedSchema } from './schema-source.ts'
import type { Tool } from './tool.ts'

/** Every tool there is, with what is wrong with its definition: nothing, for most. */
const defectsByTool = new WeakMap<object, readonly Defect[]>()

/**
 * Makes a tool. Its schemas are compiled and its fingerprint taken now; what was given is copied, and changing it later
 * changes nothing.
 *
 * Never throws for what a definition says: what is wrong is told, all at once, by the registry that is asked to admit
 * the tool, so that a catalogue of many bad tools gives one verdict for each. The verdict says where, and what to do.
 *
 * @returns The tool, frozen.
 *
 * @example
 * ```ts
 * export const addNumbers: Tool = defineTool({
 *   name: 'add_numbers',
 *   description: 'Adds numbers.',
 *   input: z.object({ numbers: z.array(z.number()).min(1) }),
 *   output: z.object({ sum: z.number() }),
 *   effect: 'read',
 *   execute: ({ numbers }) => ({ sum: numbers.reduce((sum, number) => sum + number, 0) }),
 * })
 * ```
 */
export function defineTool<const Input = JsonObject, Instance = undefined>(
  definition: ToolDefinition<JsonSchema, JsonSchema, Input, unknown, Instance>,
): Tool
export function defineTool<
  const InputSource extends TypedSchema,
  const OutputSource extends TypedSchema | JsonSchema = JsonSchema,
  Instance = undefined,
>(definition: ToolDefinition<InputSource, OutputSource, ParsedBy<InputSource>, GivenTo<OutputSource>, Instance>): Tool
export function defineTool(definition: unknown): Tool {
  const { facts, defects } = readDefinition(definition)
  const definedAt = capturePlace(defineTool)
  const tool: Tool = Object.freeze({
    ...facts.data,
    input: facts.input,
    ...(facts.output === undefined ? {} : { output: facts.output }),
    fingerprint: fingerprintOf({
      name: facts.data.name,
      description: facts.data.description,
      effect: facts.data.effect,
      input: facts.input.jsonSchema,
      output: facts.output?.jsonSchema,
    }),
    ...(definedAt === undefined ? {} : { definedAt: Object.freeze(definedAt) }),
    ...(facts.open === undefined ? {} : { open: facts.open }),
    execute: executeOf(facts, defects),
  })
  defectsByTool.set(tool, defects)
  return tool
}

/** Whether `defineTool` made it. A copy, a spread or a look-alike is none. Never throws. */
export function isTool(candidate: unknown): candidate is Tool {
  return typeof candidate === 'object' && candidate !== null && defectsByTool.has(candidate)
}

/** What is wrong with its definition, in the order of the fields; empty for a sound tool. */
export function defectsOf(tool: Tool): readonly Defect[] {
  return defectsByTool.get(tool) ?? []
}

function executeOf(facts: ReadDefinition, defects: readonly Defect[]): Tool['execute'] {
  const { execute } = facts
  if (defects.length === 0 && execute !== undefined) return execute
  const codes = [...new Set(defects.map((defect) => defect.code))]
  return () => {
    throw new ToolError('TOOL_UNUSABLE', { tool: facts.data.name, codes })
  }
}
