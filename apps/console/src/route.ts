/** The open thread, and the branch of it, are in the address: a reload, a bookmark and the back button find them. */
import { useSyncExternalStore } from 'react'

const route = /^#\/thread\/(\w+)(?:\/(\w+))?$/

export function useThreadRoute(): string | undefined {
  return useSyncExternalStore(subscribe, () => route.exec(location.hash)?.[1])
}

/** The message whose branch is shown; undefined: the newest one. */
export function useBranchRoute(): string | undefined {
  return useSyncExternalStore(subscribe, () => route.exec(location.hash)?.[2])
}

export function goToThread(threadId: string | undefined): void {
  location.hash = threadId === undefined ? '#/' : `#/thread/${threadId}`
}

/** In place of what was shown: the back button leaves the thread. */
export function showBranch(threadId: string, messageId: string | undefined): void {
  location.replace(messageId === undefined ? `#/thread/${threadId}` : `#/thread/${threadId}/${messageId}`)
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
