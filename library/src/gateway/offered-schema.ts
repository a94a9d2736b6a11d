/**
 * What is asked of the schemas of those who are not trusted, besides what is asked of all. The law: what may hold the
 * thread until its judging is broken off is taken from those whom the operator trusts, not from peers. @module
 */
import type { OfferedTool, OfferVerdict } from '../protocol/offered-tool.ts'
import { analyseSchema } from '../tool/schema-analysis.ts'
import type { Tool } from '../tool/tool.ts'
import { GatewayError } from './errors.ts'

export type SchemaObjection = Required<Pick<OfferVerdict, 'code' | 'path' | 'found' | 'fix'>>

/** Asked before the tool is made. */
export function oversizedSchema(
  tool: Pick<OfferedTool, 'inputSchema' | 'outputSchema'>,
  maxBytes: number,
): SchemaObjection | undefined {
  const large = (['inputSchema', 'outputSchema'] as const).find(
    (side) => tool[side] !== undefined && Buffer.byteLength(JSON.stringify(tool[side])) > maxBytes,
  )
  if (large === undefined) return undefined
  const { code, message } = new GatewayError('SCHEMA_TOO_LARGE', { maxBytes })
  return { code, path: `/${large}`, found: `a schema of more than ${maxBytes} bytes`, fix: message }
}

export function costlySchema({ input, output }: Pick<Tool, 'input' | 'output'>): SchemaObjection | undefined {
  for (const [side, schema] of [['inputSchema', input] as const, ['outputSchema', output] as const]) {
    const costly = schema === undefined ? undefined : analyseSchema(schema.jsonSchema).costly
    if (costly === undefined) continue
    const { code, message } = new GatewayError('SCHEMA_COSTLY', { found: costly.message })
    return { code, path: `/${side}${costly.path}`, found: costly.message, fix: message }
  }
  return undefined
}
