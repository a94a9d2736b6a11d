/** One client for the page: made when someone is signed in, closed when they leave. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
} from 'react'
import { type Client, type ClientStatus, createClient } from 'toolcrib/client'
import type { Principal } from 'toolcrib/protocol'
import { pageTools } from './chat/page-tools.ts'
import { userKey } from './session/use-session.ts'

interface Connection {
  readonly client: Client
  readonly user: string
  readonly principal: Principal
}

const ConnectionContext = createContext<Connection | undefined>(undefined)

export interface ClientProviderProps {
  readonly children: ReactNode
  readonly principal: Principal
  /** The line is down or was opened for somebody else: the session may not be what it was. */
  readonly onSessionDoubt: () => void
}

export function ClientProvider({ children, principal, onSessionDoubt }: ClientProviderProps) {
  const [client, setClient] = useState<Client>()
  const doubt = useEffectEvent(onSessionDoubt)
  const user = userKey(principal)

  useEffect(() => {
    const made = createClient({ url: socketUrl() })
    const watch = made.onStatus((status) => {
      // A browser is not told that its socket was refused for want of a session: whoever waits asks.
      if (status.state === 'waiting' || status.state === 'closed') doubt()
      if (status.state === 'open' && userKey(status.hello.principal) !== user) {
        made.close()
        doubt()
      }
    })
    made.offerTools(pageTools)
    setClient(made)
    return () => {
      watch[Symbol.dispose]()
      made.close()
    }
  }, [user])

  return client === undefined ? null : (
    <ConnectionContext value={{ client, user, principal }}>{children}</ConnectionContext>
  )
}

function useConnection(): Connection {
  const connection = useContext(ConnectionContext)
  if (connection === undefined) throw new Error('Expected a ClientProvider above')
  return connection
}

export function useClient(): Client {
  return useConnection().client
}

export function usePrincipal(): Principal {
  return useConnection().principal
}

/** A key of the user that the connection is for. */
export function useUser(): string {
  return useConnection().user
}

export function useClientStatus(): ClientStatus {
  const client = useClient()
  return useSyncExternalStore(
    (changed) => {
      const subscription = client.onStatus(changed)
      return () => subscription[Symbol.dispose]()
    },
    () => client.status,
  )
}

function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/socket`
}
