/** The time, for what counts up or down. The law: nothing ticks that nobody looks at. @module */
import { useCallback, useSyncExternalStore } from 'react'
import type { ClientClock } from '../client/client.ts'

const TICK_MS = 1_000

/** Milliseconds since the epoch, in whole seconds; undefined on a server, whose time is not the page's. */
export function useNow(clock: ClientClock, ticking: boolean): number | undefined {
  const subscribe = useCallback(
    (changed: () => void) => {
      let timer: Disposable | undefined
      const wait = (): void => {
        timer = clock.setTimeout(() => {
          wait()
          changed()
        }, TICK_MS)
      }
      if (ticking) wait()
      return () => timer?.[Symbol.dispose]()
    },
    [clock, ticking],
  )
  return useSyncExternalStore(
    subscribe,
    () => Math.floor(clock.now() / TICK_MS) * TICK_MS,
    () => undefined,
  )
}
