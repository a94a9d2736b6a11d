/** What kinds of value a schema can take. The law: when it is not plain to see that it can not, it can. @module */
import type { JsonValue } from '../protocol/vocabulary.ts'
import type { SchemaNode } from './schema-analysis.ts'

export type Kind = 'array' | 'object' | 'string' | 'number'

/** The kind of a value that can hold something to hide. */
export function kindOf(value: JsonValue): Kind | undefined {
  if (value === null || typeof value === 'boolean') return undefined
  if (Array.isArray(value)) return 'array'
  return typeof value === 'object' ? 'object' : typeof value === 'string' ? 'string' : 'number'
}

/** Whether a part of a schema has to hold wherever the schema does, as branches need not. */
export function isConjunct(key: string): boolean {
  return key.startsWith('$') || key.startsWith('allOf/')
}

/** Whether a value of this kind may fit. */
export function mayTake({ schema, parts }: SchemaNode, kind: Kind): boolean {
  const { type } = schema
  const types: readonly JsonValue[] = Array.isArray(type) ? type : [type ?? kind]
  if (!types.includes(kind) && !(kind === 'number' && types.includes('integer'))) return false
  const here = parts.filter(({ reach }) => reach === 'here')
  if (here.some(({ key, node }) => isConjunct(key) && !mayTake(node, kind))) return false
  return ['anyOf', 'oneOf'].every((keyword) => {
    const branches = schema[keyword]
    if (!Array.isArray(branches) || branches.includes(true)) return true
    return here.some(({ key, node }) => key.startsWith(`${keyword}/`) && mayTake(node, kind))
  })
}
