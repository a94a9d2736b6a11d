/** Who sits here, for everything below the sign-in. */
import { createContext, useContext } from 'react'
import type { Failure, Principal } from 'toolcrib/protocol'
import { userKey } from './use-session.ts'

export interface SignedIn {
  readonly principal: Principal
  /** May ask what the house does. The server asks for the role each time; this only decides what is shown. */
  readonly operator: boolean
  /** Answers why not, when it did not work. `everywhere`: on all devices, and in all programs. */
  readonly signOut: (options?: { readonly everywhere?: boolean }) => Promise<Failure | undefined>
  /** What is to be done before they sign out, while it still can be. Contract: it settles soon, and does not reject. */
  readonly onLeave: (settle: () => Promise<void>) => Disposable
}

export const SignedInContext = createContext<SignedIn | undefined>(undefined)

export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext)
  if (signedIn === undefined) throw new Error('Expected somebody to be signed in above')
  return signedIn
}

export function usePrincipal(): Principal {
  return useSignedIn().principal
}

/** A key of who sits here: what is kept for them is kept under it. */
export function useUser(): string {
  return userKey(usePrincipal())
}
