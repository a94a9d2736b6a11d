/** How the line is, and who is at its other end. @module */
import { useCallback, useSyncExternalStore } from 'react'
import { type Connection, usePageState } from './page-state.ts'

const notYet: Connection = Object.freeze({
  status: { state: 'connecting', attempt: 1 } as const,
  hello: undefined,
  connectNow: () => {},
})

export function useConnection(): Connection {
  const { client, connection } = usePageState('useConnection')
  const subscribe = useCallback(
    (changed: () => void) => {
      const subscription = client.onStatus(changed)
      return () => subscription[Symbol.dispose]()
    },
    [client],
  )
  return useSyncExternalStore(subscribe, connection, () => notYet)
}
