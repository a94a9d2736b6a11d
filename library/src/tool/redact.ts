/** Redaction. The law: what a schema marks `redact: true`, and what its key calls a secret, leaves the tool as `[redacted]`. @module */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { define, isJsonObject, unescapePointer } from './json.ts'
import type { CompiledPattern } from './pattern.ts'
import { analyseSchema, type SchemaAnalysis, type SchemaNode } from './schema-analysis.ts'
import { isConjunct, kindOf, mayTake } from './schema-kinds.ts'
import { isSecretKey, mentionsSecretKey, redacted } from './secret-keys.ts'

/**
 * Redacts values of one schema. A part that several branches could describe is hidden when any of them marks it, and a
 * part that can not be what its schema describes, when anything in there is marked: nothing says what is where in it.
 * Nothing changed gives back the very same value.
 */
export function createRedactor(document: JsonObject, analysis: SchemaAnalysis): (value: JsonValue) => JsonValue {
  const isObject = document.type === 'object'
  const isMarked = [...analysis.nodes.values()].some((node) => node.schema.redact === true)
  let hide: Hide | undefined = isMarked ? undefined : hideSecretKeys

  return (value) => {
    // Arguments that were not JSON: nothing says which part of the text is which.
    if (typeof value === 'string' && isObject && (isMarked || mentionsSecretKey(value))) return redacted
    try {
      // The analysis is made again when needed: keeping each one would cost a catalogue several times its schemas.
      hide ??= hideMarked(analyseSchema(document))
      return hide(value)
    } catch {
      return redacted // Nested beyond the stack: what was not looked through is not shown.
    }
  }
}

/** A schema that may describe a value; binding: which the value has to fit. */
interface Reached {
  readonly node: SchemaNode
  readonly binding: boolean
}

type Hide = (value: JsonValue) => JsonValue

const hideSecretKeys: Hide = hideMarked(undefined)

function hideMarked(analysis: SchemaAnalysis | undefined): Hide {
  const marking = analysis === undefined ? new Set<SchemaNode>() : findMarking(analysis)
  const patterns = analysis?.patterns ?? new Map<string, CompiledPattern>()
  const closures = new Map<SchemaNode, readonly Reached[]>()
  const start = analysis?.root !== undefined && marking.has(analysis.root) ? closureOf(analysis.root) : []
  return (value) => hide(value, start)

  function hide(value: JsonValue, reached: readonly Reached[]): JsonValue {
    if (reached.some(({ node }) => node.schema.redact === true)) return redacted
    const kind = kindOf(value)
    if (kind !== undefined && reached.some(({ node, binding }) => binding && !mayTake(node, kind))) return redacted
    if (typeof value !== 'object' || value === null) return value
    if (isArray(value)) {
      const below = reached.length === 0 ? reached : partsOf(reached, undefined)
      let changed = false
      const items = value.map((item) => {
        const next = hide(item, below)
        changed ||= next !== item
        return next
      })
      return changed ? items : value
    }
    return hideMembers(value, reached)
  }

  function hideMembers(value: JsonObject, reached: readonly Reached[]): JsonValue {
    let result: Record<string, JsonValue> | undefined
    for (const [key, member] of Object.entries(value)) {
      const secret = isSecretKey(key) && member !== null && typeof member !== 'boolean'
      const next = secret ? redacted : hide(member, reached.length === 0 ? reached : partsOf(reached, key))
      if (next === member) continue
      result ??= { ...value }
      define(result, key, next)
    }
    return result ?? value
  }

  /** The marking schemas that may describe an item, or the member of that key. */
  function partsOf(reached: readonly Reached[], key: string | undefined): readonly Reached[] {
    const found = new Map<SchemaNode, boolean>()
    for (const { node, binding } of reached) {
      for (const part of node.parts) {
        if (part.reach !== 'below' || !marking.has(part.node)) continue
        if (!describes(node, part.key, key, patterns)) continue
        const isBound = binding && mustDescribe(node, part.key)
        for (const next of closureOf(part.node)) {
          found.set(next.node, (isBound && next.binding) || found.get(next.node) === true)
        }
      }
    }
    return Array.from(found, ([node, binding]) => ({ node, binding }))
  }

  /** The schema and all that judge the same value with it; binding are those that it has to fit with the schema. */
  function closureOf(node: SchemaNode): readonly Reached[] {
    const known = closures.get(node)
    if (known !== undefined) return known
    const found = new Map([[node, true]])
    for (const [reached, binding] of found) {
      for (const part of reached.parts) {
        if (part.reach !== 'here' || !marking.has(part.node) || found.get(part.node) === true) continue
        const isBound = binding && isConjunct(part.key)
        // Once more when it turns out to be binding, so that what follows from it is too.
        if (isBound) found.delete(part.node)
        if (!found.has(part.node)) found.set(part.node, isBound)
      }
    }
    const closure = Array.from(found, ([reached, binding]) => ({ node: reached, binding }))
    closures.set(node, closure)
    return closure
  }
}

/**
 * Whether a part of a schema may describe the member of that key, or an item when there is none. `part` is where it
 * stands inside the schema. When it is not plain to see, it may.
 */
function describes(node: SchemaNode, part: string, key: string | undefined, patterns: Patterns): boolean {
  const [keyword = '', name = ''] = part.split('/')
  if (itemKeywords.has(keyword)) return key === undefined
  if (key === undefined) return false
  switch (keyword) {
    case 'properties':
      return unescapePointer(name) === key
    case 'patternProperties':
      return mayMatch(unescapePointer(name), key, patterns)
    case 'additionalProperties':
      return !isNamed(node, key, patterns)
    default:
      return keyword !== 'propertyNames'
  }
}

/** Whether a part that describes a member or an item does so for sure: no other may do it in its place. */
function mustDescribe({ schema }: SchemaNode, part: string): boolean {
  if (part === 'items') return schema.prefixItems === undefined
  if (part === 'additionalProperties') return schema.patternProperties === undefined
  return part.startsWith('properties/')
}

type Patterns = ReadonlyMap<string, CompiledPattern>

const itemKeywords: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
])

/** A pattern that might take long is taken to match. */
function mayMatch(source: string, key: string, patterns: Patterns): boolean {
  const pattern = patterns.get(source)
  return pattern?.linear !== true || pattern.regExp.test(key)
}

/** Whether `properties` or a pattern claims the key for sure, so that `additionalProperties` does not see it. */
function isNamed({ schema }: SchemaNode, key: string, patterns: Patterns): boolean {
  if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, key)) return true
  if (!isJsonObject(schema.patternProperties)) return false
  return Object.keys(schema.patternProperties).some((source) => {
    const pattern = patterns.get(source)
    return pattern?.linear === true && pattern.regExp.test(key)
  })
}

/** The schemas from which a mark can be reached. */
function findMarking(analysis: SchemaAnalysis): ReadonlySet<SchemaNode> {
  const parents = new Map<SchemaNode, SchemaNode[]>()
  const marking = new Set<SchemaNode>()
  for (const node of analysis.nodes.values()) {
    if (node.schema.redact === true) marking.add(node)
    for (const part of node.parts) {
      const known = parents.get(part.node)
      if (known === undefined) parents.set(part.node, [node])
      else known.push(node)
    }
  }
  for (const node of marking) for (const parent of parents.get(node) ?? []) marking.add(parent)
  return marking
}

/** `Array.isArray` does not narrow a union that holds a readonly array. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
