/** One client for the page: made when someone is signed in, closed when they leave. */
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { type Client, type ClientStatus, createClient } from 'toolcrib/client'

const ClientContext = createContext<Client | undefined>(undefined)

export function ClientProvider({ children, user }: { readonly children: ReactNode; readonly user: string }) {
  const [client, setClient] = useState<Client>()

  // biome-ignore lint/correctness/useExhaustiveDependencies: another user is another client
  useEffect(() => {
    const made = createClient({ url: socketUrl() })
    setClient(made)
    return () => made.close()
  }, [user])

  return client === undefined ? null : <ClientContext value={client}>{children}</ClientContext>
}

export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('Expected a ClientProvider above')
  return client
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
