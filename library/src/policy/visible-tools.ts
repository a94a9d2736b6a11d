/** What a principal may see. The law: the same tools for the same grants are the same array, and are judged once. @module */
import type { Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'
import type { Policy } from './policy.ts'
import type { CompiledRule } from './policy-options.ts'

/** Sets of grants seen with one array; past it the oldest is judged anew. */
const maxSignatures = 256

interface Seen {
  /** The grants that make a difference for these tools. */
  readonly roles: ReadonlySet<string>
  readonly scopes: ReadonlySet<string>
  readonly bySignature: Map<string, readonly Tool[]>
}

export function createVisibleTools(
  rules: readonly CompiledRule[],
  isAllowed: (principal: Principal, tool: Tool) => boolean,
): Policy['visible'] {
  const seen = new WeakMap<readonly Tool[], Seen>()

  return (principal, tools) => {
    const { roles, scopes, bySignature } = lookUp(tools)
    const signature = JSON.stringify([grantsOf(principal.roles, roles), grantsOf(principal.scopes, scopes)])
    const known = bySignature.get(signature)
    if (known !== undefined) return known
    const allowed = tools.filter((tool) => isAllowed(principal, tool))
    const answer = allowed.length === tools.length ? tools : Object.freeze(allowed)
    if (bySignature.size >= maxSignatures) bySignature.delete(bySignature.keys().next().value ?? signature)
    bySignature.set(signature, answer)
    return answer
  }

  function lookUp(tools: readonly Tool[]): Seen {
    const known = seen.get(tools)
    if (known !== undefined) return known
    const requirements = [...rules, ...tools.map((tool) => tool.requires)]
    const made: Seen = {
      roles: new Set(requirements.flatMap((required) => required.roles ?? [])),
      scopes: new Set(requirements.flatMap((required) => required.scopes ?? [])),
      bySignature: new Map(),
    }
    seen.set(tools, made)
    return made
  }
}

function grantsOf(granted: readonly string[], relevant: ReadonlySet<string>): readonly string[] {
  const held: readonly string[] = Array.isArray(granted) ? granted : []
  return [...new Set(held)].filter((grant) => relevant.has(grant)).sort()
}
