/**
 * What the hooks of one page share. The law: it belongs to one client, and goes with it; nothing of it is seen by the hooks
 * of another.
 *
 * @module
 */
import { type Context, createContext, useContext } from 'react'
import type { Client, ClientClock, ClientStatus } from '../client/client.ts'
import type { Hello } from '../protocol/frames.ts'
import { reactError } from './errors.ts'
import { createOpenThreads, type OpenThreads } from './open-threads.ts'

export interface Connection {
  readonly status: ClientStatus
  /** What the server said when the line was last open: who this is, the agents, the limits. Kept while the line is down. */
  readonly hello: Hello | undefined
  /** While `waiting`: makes the next attempt at once. */
  readonly connectNow: () => void
}

export interface PageState {
  readonly client: Client
  readonly clock: ClientClock
  readonly threads: OpenThreads
  /** The same object until something changed. */
  readonly connection: () => Connection
}

export const PageStateContext: Context<PageState | undefined> = createContext<PageState | undefined>(undefined)

/** Does nothing yet: it may be made for a page that is never shown. */
export function createPageState(client: Client, clock: ClientClock): PageState {
  const connectNow = (): void => client.connectNow()
  let shown: Connection | undefined
  return {
    client,
    clock,
    threads: createOpenThreads(client),
    connection() {
      const { status } = client
      if (shown?.status === status) return shown
      const hello = status.state === 'open' ? status.hello : shown?.hello
      shown = { status, hello, connectNow }
      return shown
    },
  }
}

export function usePageState(hook: string): PageState {
  const state = useContext(PageStateContext)
  if (state === undefined) throw reactError('PROVIDER_MISSING', { hook })
  return state
}
