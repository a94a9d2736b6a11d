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
  /** Also what is of no tenant: for those who run the house. */
  readonly house: boolean
  sees(owner: Pick<Owner, 'tenant'>): boolean
}

export function sightOf({ tenant }: Principal, { auth }: Pick<ServerConfig, 'auth'>): Sight {
  if (auth.operatorTenants === 'all') return { tenant: null, house: true, sees: () => true }
  // By development sign-in everybody is on this machine, and runs it.
  return { tenant, house: auth.developmentSignIn, sees: (owner) => owner.tenant === tenant }
}
