/**
 * The registry of tools. The law (L1): it admits what `defineTool` made, and nothing else, in any mode.
 *
 * @module
 */
import { createRegistry } from '../registry/create-registry.ts'
import type { Admission, AdmissionRefusal } from '../registry/entry.ts'
import type { Registry, RegistryOptions } from '../registry/registry.ts'
import { classify } from './classify.ts'
import { defectsOf, isTool } from './define-tool.ts'
import type { Defect } from './read-definition.ts'
import type { Tool } from './tool.ts'

/** Everything a registry can be told, but what a tool is: that is fixed. */
export type ToolRegistryOptions = Omit<RegistryOptions<Tool>, 'admit' | 'fingerprint' | 'sameEntry' | 'name'> & {
  /** The root scope's name. Default: `app`. Its kind is `app` whatever its name, so that tools find their lifetime. */
  readonly name?: string
}

/** Creates the root scope of a catalogue of tools. A tool without a description breaks an advisory rule by default. */
export function createToolRegistry(options: ToolRegistryOptions = {}): Registry<Tool> {
  return createRegistry<Tool>({
    requireDescription: true,
    ...options,
    name: options.name ?? 'app',
    kind: options.kind ?? 'app',
    admit: admitTool,
    fingerprint: (tool) => tool.fingerprint,
  })
}

/** The only judge of what a tool is. Never throws. */
function admitTool(candidate: unknown): Admission<Tool> {
  if (!isTool(candidate)) return { ok: false, code: 'NOT_A_TOOL', ...classify(candidate) }
  const defects = defectsOf(candidate)
  const [first] = defects
  return first === undefined ? { ok: true, entry: candidate } : refuseDefective(candidate, first, defects)
}

/** One verdict for the tool, with the first defect's code and all the defects. */
function refuseDefective(tool: Tool, first: Defect, defects: readonly Defect[]): AdmissionRefusal {
  const several = defects.length > 1
  return {
    ok: false,
    code: first.code,
    ...(tool.name === '' ? {} : { name: tool.name.slice(0, 64) }),
    found: several
      ? `${defects.length} defects:\n${defects.map((one, at) => `${at + 1}. ${one.code} ${one.path || '/'}: ${one.found}`).join('\n')}`
      : first.found,
    cause: several
      ? 'The definition of the tool is at fault in several places.'
      : 'The definition of the tool is at fault there.',
    fix: several ? defects.map((one, at) => `${at + 1}. ${one.fix}`).join('\n') : first.fix,
    path: first.path,
  }
}
