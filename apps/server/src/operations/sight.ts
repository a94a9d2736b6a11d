/**
 * What of the house an operator may see. The law: their own tenant, and no other, unless the configuration says that they
 * operate all; counts of the whole process name nobody and are for every operator.
 *
 * @module
 */
import type { Owner, Principal } from 'toolcrib/protocol'
import type { ServerConfig } from '../config.ts'

export interface Sight {
  /** Null: all. */
  readonly tenant: string | null
  sees(owner: Pick<Owner, 'tenant'>): boolean
}

export function sightOf({ tenant }: Principal, { auth }: Pick<ServerConfig, 'auth'>): Sight {
  if (auth.operatorTenants === 'all') return { tenant: null, sees: () => true }
  return { tenant, sees: (owner) => owner.tenant === tenant }
}
