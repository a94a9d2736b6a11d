/** One client for the page: made when someone is signed in, closed when they leave. */
import { type ReactNode, useEffect, useEffectEvent, useMemo } from 'react'
import type { ClientOptions, ClientStatus } from 'toolcrib/client'
import type { Principal } from 'toolcrib/protocol'
import { ToolcribProvider, useClient, useOfferedTools } from 'toolcrib/react'
import { pageTools } from './chat/page-tools.ts'
import { userKey } from './session/use-session.ts'

export interface ClientProviderProps {
  readonly children: ReactNode
  readonly principal: Principal
  /** The line is down or was opened for somebody else: the session may not be what it was. */
  readonly onSessionDoubt: () => void
}

export function ClientProvider({ children, principal, onSessionDoubt }: ClientProviderProps) {
  const user = userKey(principal)
  const options = useMemo((): ClientOptions => ({ url: socketUrl() }), [])
  return (
    <ToolcribProvider key={user} options={options}>
      <LineWatch user={user} onSessionDoubt={onSessionDoubt} />
      {children}
    </ToolcribProvider>
  )
}

interface LineWatchProps {
  readonly user: string
  readonly onSessionDoubt: () => void
}

/** First among those who listen: what was opened for somebody else is closed before anything of theirs is shown. */
function LineWatch({ user, onSessionDoubt }: LineWatchProps) {
  const client = useClient()
  const doubt = useEffectEvent(onSessionDoubt)
  useOfferedTools(pageTools)

  useEffect(() => {
    const look = (status: ClientStatus) => {
      // A browser is not told that its socket was refused for want of a session: whoever waits asks.
      if (status.state === 'waiting' || status.state === 'closed') doubt()
      if (status.state === 'open' && userKey(status.hello.principal) !== user) {
        client.close()
        doubt()
      }
    }
    look(client.status)
    const watch = client.onStatus(look)
    return () => watch[Symbol.dispose]()
  }, [client, user])

  return null
}

function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/socket`
}
