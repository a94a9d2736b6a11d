/** What of the audit is looked at, as it stands in the address. */

const names = ['show', 'outcome', 'user', 'tool', 'run', 'call', 'tenant', 'from', 'to'] as const

export type AuditSearch = { readonly [Name in (typeof names)[number]]?: string }

/** Whatever else is in the address is nothing to this page. */
export function readAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const said = names.flatMap((name) => {
    const value = search[name]
    // The router reads a name of digits as a number.
    const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : ''
    return text === '' ? [] : [[name, text] as const]
  })
  return Object.fromEntries(said)
}
