/** Whose a scope is, as its path says. The law: what is no tenant's is the house's own. @module */

/** Undefined: the app's own scope, or one right below it that is no tenant's. */
export function tenantOfPath(path: string): string | undefined {
  const [, second] = path.split('/', 2)
  if (second?.startsWith('tenant:') !== true) return undefined
  return decodeURIComponent(second.slice('tenant:'.length))
}
