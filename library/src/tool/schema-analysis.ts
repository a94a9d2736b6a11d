/** What a schema document is before it judges anything. The law: a document that could harm is refused, with its place. @module */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { escapePointer, isJsonObject, type JsonBounds } from './json.ts'
import { type CompiledPattern, compilePattern } from './pattern.ts'
import { faultOf, type Reach, type Schema, subschemasOf } from './schema-keywords.ts'
import { followReference, referenceKeywords } from './schema-reference.ts'
import type { Issue } from './tool.ts'

/** Generous for people's tools, small for a server: the largest schemas in use have some 5,000 values. */
export const schemaBounds: JsonBounds = { maxDepth: 100, maxNodes: 20_000, maxCharacters: 400_000 }

/** An unrolled document with more schemas than this is counted no further. */
const maxCountedSchemas = 2_000

/** The validator follows no reference by these, and would refuse every value. Better to be told at the door. */
const unfollowed: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A schema and what it is made of, references followed. */
export interface SchemaNode {
  readonly pointer: string
  readonly schema: JsonObject
  readonly parts: readonly { readonly node: SchemaNode; readonly reach: Reach; readonly key: string }[]
}

export interface SchemaAnalysis {
  readonly issues: readonly Issue[]
  /** Undefined for `true` and `false`, and when there are issues. */
  readonly root: SchemaNode | undefined
  /** Every schema of the document, by its pointer. */
  readonly nodes: ReadonlyMap<string, SchemaNode>
  /** By the patterns' sources. */
  readonly patterns: ReadonlyMap<string, CompiledPattern>
  /** Where the references lead, by the pointer of the keyword that refers. */
  readonly references: ReadonlyMap<string, string>
  /** How many schemas may judge each part of a value, references followed; unless it is `costly`. */
  readonly weight: number
  /** Why the time to judge a value is not plainly proportional to the value, and where; undefined: it is. */
  readonly costly: Issue | undefined
}

interface MutableNode extends SchemaNode {
  readonly parts: { node: MutableNode; reach: Reach; key: string }[]
}

/** Never throws. */
export function analyseSchema(document: Schema): SchemaAnalysis {
  try {
    return analyse(document)
  } catch {
    return refused([{ path: '', message: 'it is too deep to be followed' }])
  }
}

function refused(issues: readonly Issue[]): SchemaAnalysis {
  const nothing = { root: undefined, nodes: new Map(), patterns: new Map(), references: new Map() }
  return { ...nothing, issues, weight: 1, costly: undefined }
}

function analyse(document: Schema): SchemaAnalysis {
  if (!isJsonObject(document)) return refused([])
  const issues: Issue[] = []
  const patterns = new Map<string, CompiledPattern>()
  const references = new Map<string, string>()
  const nodes = new Map<string, MutableNode>()
  const anchors = new Map<string, { pointer: string; schema: JsonObject }>()
  const root = visit(document, '')
  // A reference may lead to where no keyword leads, and what is found there may hold references again.
  for (const node of nodes.values()) follow(node)
  if (root === undefined || issues.length > 0) return refused(issues)

  const endless = findEndless(nodes.values())
  if (endless !== undefined) {
    const message = 'it refers to itself without looking deeper into the value, and would never be done'
    return refused([{ path: endless.pointer, message }])
  }
  const { total: weight, recursive } = weigh(root)
  const costly = recursive ?? findCostly(nodes.values(), patterns) ?? (weight > maxCountedSchemas ? tooMany : undefined)
  return { issues, root, nodes, patterns, references, weight, costly }

  function visit(schema: JsonValue, pointer: string): MutableNode | undefined {
    const known = nodes.get(pointer)
    if (known !== undefined || typeof schema === 'boolean') return known
    if (!isJsonObject(schema)) {
      issues.push({ path: pointer, message: 'expected a schema, true or false' })
      return undefined
    }
    const node: MutableNode = { pointer, schema, parts: [] }
    nodes.set(pointer, node)
    const fault = faultOf(schema)
    if (fault !== undefined) {
      issues.push({ path: `${pointer}/${escapePointer(fault.keyword)}`, message: `expected ${fault.expected}` })
      return node
    }
    if (pointer !== '' && schema.$id !== undefined) {
      issues.push({
        path: `${pointer}/$id`,
        message: 'a schema inside a tool has no address of its own; refer to it with #',
      })
    }
    learnPatterns(schema, pointer)
    learnAnchors(schema, pointer)
    for (const part of subschemasOf(schema, pointer)) {
      const below = visit(part.schema, part.pointer)
      const key = part.pointer.slice(pointer.length + 1)
      if (below !== undefined) node.parts.push({ node: below, reach: part.reach, key })
    }
    return node
  }

  function learnPatterns(schema: JsonObject, pointer: string): void {
    const ofKeys = isJsonObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : []
    const sources = typeof schema.pattern === 'string' ? [schema.pattern, ...ofKeys] : ofKeys
    for (const source of sources) {
      const compiled = patterns.get(source) ?? compilePattern(source)
      // The validator compiles the patterns of keys by itself, in Unicode mode.
      if (compiled === undefined || (ofKeys.includes(source) && !compiled.regExp.unicode)) {
        issues.push({ path: pointer, message: `${JSON.stringify(source.slice(0, 80))} is no pattern` })
      } else patterns.set(source, compiled)
    }
  }

  function learnAnchors(schema: JsonObject, pointer: string): void {
    for (const anchor of new Set([schema.$anchor, schema.$dynamicAnchor])) {
      if (typeof anchor !== 'string') continue
      if (anchors.has(anchor))
        issues.push({ path: pointer, message: `the anchor ${JSON.stringify(anchor.slice(0, 80))} is set twice` })
      else anchors.set(anchor, { pointer, schema })
    }
  }

  function follow(node: MutableNode): void {
    for (const keyword of referenceKeywords) {
      const reference = node.schema[keyword]
      if (typeof reference !== 'string') continue
      const target = followReference(root?.schema ?? {}, anchors, withoutBase(reference))
      if (target.found && target.pointer.split('/').some((segment) => unfollowed.has(segment))) {
        const message = `${JSON.stringify(reference.slice(0, 120))} leads by a name that no reference is followed by`
        issues.push({ path: `${node.pointer}/${keyword}`, message })
        continue
      }
      if (target.found) {
        const next = visit(target.schema, target.pointer)
        references.set(`${node.pointer}/${keyword}`, target.pointer)
        if (next !== undefined) node.parts.push({ node: next, reach: 'here', key: keyword })
        continue
      }
      const shown = JSON.stringify(reference.slice(0, 120))
      const message =
        target.why === 'remote'
          ? `${shown} lies outside this schema, and nothing is ever fetched`
          : `${shown} leads nowhere in this schema`
      issues.push({ path: `${node.pointer}/${keyword}`, message })
    }
  }

  function withoutBase(reference: string): string {
    const base = isJsonObject(document) ? document.$id : undefined
    return typeof base === 'string' && base !== '' && reference.startsWith(`${base}#`)
      ? reference.slice(base.length)
      : reference
  }
}

const tooMany: Issue = {
  path: '',
  message: `it has more than ${maxCountedSchemas} schemas once references are followed`,
}

/** What takes longer than one look at each part of a value. */
function findCostly(nodes: Iterable<SchemaNode>, patterns: SchemaAnalysis['patterns']): Issue | undefined {
  for (const { pointer, schema } of nodes) {
    if (schema.uniqueItems === true) {
      return { path: `${pointer}/uniqueItems`, message: 'it compares each item with each other' }
    }
    const ofKeys = isJsonObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : []
    const isLong = (source: unknown): boolean => typeof source === 'string' && patterns.get(source)?.linear === false
    const slow = [schema.pattern, ...ofKeys].find(isLong)
    if (slow !== undefined) return { path: pointer, message: `the pattern ${JSON.stringify(slow)} may take long` }
  }
  return undefined
}

interface Weight {
  /** Schemas after every reference is replaced by what it refers to; one more than are counted when there are more. */
  readonly total: number
  readonly recursive: Issue | undefined
}

function weigh(root: SchemaNode): Weight {
  const totals = new Map<SchemaNode, number>()
  const open = new Set<SchemaNode>()
  let recursive: Issue | undefined
  const total = measure(root)
  return { total, recursive }

  function measure(node: SchemaNode): number {
    const known = totals.get(node)
    if (known !== undefined) return known
    if (open.has(node)) {
      recursive ??= { path: node.pointer, message: 'it refers to itself' }
      return 1
    }
    open.add(node)
    let sum = 1
    for (const part of node.parts) {
      if (part.reach !== 'store') sum = Math.min(sum + measure(part.node), maxCountedSchemas + 1)
    }
    open.delete(node)
    totals.set(node, sum)
    return sum
  }
}

/** A schema that leads back to itself without looking deeper into the value. */
function findEndless(nodes: Iterable<SchemaNode>): SchemaNode | undefined {
  const done = new Set<SchemaNode>()
  const open = new Set<SchemaNode>()
  for (const node of nodes) {
    const found = search(node)
    if (found !== undefined) return found
  }
  return undefined

  function search(node: SchemaNode): SchemaNode | undefined {
    if (open.has(node)) return node
    if (done.has(node)) return undefined
    open.add(node)
    for (const part of node.parts) {
      const found = part.reach === 'here' ? search(part.node) : undefined
      if (found !== undefined) return found
    }
    open.delete(node)
    done.add(node)
    return undefined
  }
}
