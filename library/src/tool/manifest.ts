/** Manifests. The law: the same tools give the same list, the same fingerprint and, while they live, the same object. @module */
import { createHash } from 'node:crypto'
import type { JsonObject } from '../protocol/vocabulary.ts'
import type { Tool } from './tool.ts'

/** A tool as a model is shown it. */
export interface ManifestTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
}

/** The compiled list of tools that a model is shown. Frozen. */
export interface Manifest {
  /** Over the fingerprints of its tools, in order. */
  readonly fingerprint: string
  /** In the order of the tools. One array for all manifests of this fingerprint. */
  readonly tools: readonly ManifestTool[]
  readonly byName: ReadonlyMap<string, Tool>
}

const byTools = new WeakMap<readonly Tool[], Manifest>()
const shownByTool = new WeakMap<Tool, ManifestTool>()
/** A number for each tool, so that a list of the very same tools can be known again. */
const numbers = new WeakMap<Tool, number>()
let lastNumber = 0
const manifests = createWeakIndex<Manifest>()
const shownLists = createWeakIndex<readonly ManifestTool[]>()

/**
 * The manifest of tools as a registry lists them: no name is in it twice. Made once for an array, which must not be
 * changed afterwards, and shared between arrays that hold the very same tools.
 *
 * Two scopes whose tools only read alike, such as two browsers that offer the same, share what models are shown and
 * not the tools.
 */
export function manifestOf(tools: readonly Tool[]): Manifest {
  const known = byTools.get(tools)
  if (known !== undefined) return known
  const manifest = manifests.get(
    digest(tools, (tool) => `${numberOf(tool)}`),
    () => compile(tools),
  )
  byTools.set(tools, manifest)
  return manifest
}

function compile(tools: readonly Tool[]): Manifest {
  const fingerprint = `sha256:${digest(tools, (tool) => tool.fingerprint)}`
  return Object.freeze({
    fingerprint,
    tools: shownLists.get(fingerprint, () => Object.freeze(tools.map(show))),
    byName: new Map(tools.map((tool) => [tool.name, tool])),
  })
}

function digest(tools: readonly Tool[], part: (tool: Tool) => string): string {
  const hash = createHash('sha256')
  for (const tool of tools) hash.update(`${part(tool)}\n`)
  return hash.digest('hex')
}

function numberOf(tool: Tool): number {
  const known = numbers.get(tool)
  if (known !== undefined) return known
  lastNumber += 1
  numbers.set(tool, lastNumber)
  return lastNumber
}

function show(tool: Tool): ManifestTool {
  const known = shownByTool.get(tool)
  if (known !== undefined) return known
  const { name, description, input } = tool
  const shown = Object.freeze({ name, description, inputSchema: input.jsonSchema })
  shownByTool.set(tool, shown)
  return shown
}

/** Values by a key, as long as somebody else holds them. */
function createWeakIndex<T extends object>(): { get(key: string, make: () => T): T } {
  const held = new Map<string, WeakRef<T>>()
  const collected = new FinalizationRegistry<string>((key) => {
    if (held.get(key)?.deref() === undefined) held.delete(key)
  })
  return {
    get(key, make) {
      const known = held.get(key)?.deref()
      if (known !== undefined) return known
      const made = make()
      held.set(key, new WeakRef(made))
      collected.register(made, key)
      return made
    },
  }
}
