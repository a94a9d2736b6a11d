/** The open thread is in the address, so that a reload, a bookmark and the back button find it. */
import { useSyncExternalStore } from 'react'

export function useThreadRoute(): string | undefined {
  return useSyncExternalStore(subscribe, () => /^#\/thread\/(\w+)$/.exec(location.hash)?.[1])
}

export function goToThread(threadId: string | undefined): void {
  location.hash = threadId === undefined ? '#/' : `#/thread/${threadId}`
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
