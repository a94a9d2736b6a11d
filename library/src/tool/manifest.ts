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
const byFingerprint = new Map<string, WeakRef<Manifest>>()
const shownByTool = new WeakMap<Tool, ManifestTool>()
const forgotten = new FinalizationRegistry<string>((fingerprint) => {
  if (byFingerprint.get(fingerprint)?.deref() === undefined) byFingerprint.delete(fingerprint)
})

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
  const fingerprint = fingerprintTools(tools)
  const alike = byFingerprint.get(fingerprint)?.deref()
  const same = alike !== undefined && holdsExactly(alike, tools)
  const manifest = same ? alike : compile(tools, fingerprint, alike?.tools)
  if (alike === undefined) {
    byFingerprint.set(fingerprint, new WeakRef(manifest))
    forgotten.register(manifest, fingerprint)
  }
  byTools.set(tools, manifest)
  return manifest
}

function fingerprintTools(tools: readonly Tool[]): string {
  const hash = createHash('sha256')
  for (const tool of tools) hash.update(tool.fingerprint).update('\n')
  return `sha256:${hash.digest('hex')}`
}

function holdsExactly(manifest: Manifest, tools: readonly Tool[]): boolean {
  return tools.length === manifest.byName.size && tools.every((tool) => manifest.byName.get(tool.name) === tool)
}

function compile(tools: readonly Tool[], fingerprint: string, shown: readonly ManifestTool[] | undefined): Manifest {
  return Object.freeze({
    fingerprint,
    tools: shown ?? Object.freeze(tools.map(show)),
    byName: new Map(tools.map((tool) => [tool.name, tool])),
  })
}

function show(tool: Tool): ManifestTool {
  const known = shownByTool.get(tool)
  if (known !== undefined) return known
  const { name, description, input } = tool
  const shown = Object.freeze({ name, description, inputSchema: input.jsonSchema })
  shownByTool.set(tool, shown)
  return shown
}
