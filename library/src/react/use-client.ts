/** The client itself, for everything that has no hook of its own. @module */
import type { Client } from '../client/client.ts'
import { usePageState } from './page-state.ts'

/** @throws {@link ReactError} `PROVIDER_MISSING`, as every hook here. */
export function useClient(): Client {
  return usePageState('useClient').client
}
