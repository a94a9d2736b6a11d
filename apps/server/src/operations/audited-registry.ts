/** Puts on record what the registry refused of clients, and what was left open. The law: bounded, whatever a client offers. @module */
import type { Tool } from 'toolcrib'
import type { Registry } from 'toolcrib/registry'
import type { Audit } from './audit.ts'

const maxNameChars = 64

export function auditRegistry(registry: Registry<Tool>, audit: Audit): Disposable {
  return registry.subscribe((record) => {
    if (record.type === 'leaked') {
      audit.tally({ kind: 'scope_leaked', ...ownerOf(record.path), outcome: record.kind, facts: { path: record.path } })
    }
    if (record.type !== 'verdict') return
    const { verdict, trust, name, code } = record.verdict
    if (verdict !== 'refused' || trust !== 'client') return
    // Not by its name: a client may make up as many as it likes.
    const facts = name === undefined ? {} : { name: name.slice(0, maxNameChars) }
    audit.tally({ kind: 'tool_refused', ...ownerOf(record.path), outcome: code ?? 'refused', facts })
  })
}

/** A scope's path names the tenant and the user that it is of. */
function ownerOf(path: string): { readonly tenant: string | null; readonly user: string | null } {
  const parts = path.split('/')
  const named = (kind: string): string | null => {
    const part = parts.find((one) => one.startsWith(`${kind}:`))
    return part === undefined ? null : decodeURIComponent(part.slice(kind.length + 1))
  }
  return { tenant: named('tenant'), user: named('user') }
}
