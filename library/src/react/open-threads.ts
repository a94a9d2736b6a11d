/**
 * The threads that components look at. The law: however many look at one it is opened once, folded once, and all are shown
 * the same; however many events come, they are told once a frame; when the last one has gone it is left.
 *
 * @module
 */
import type { Client } from '../client/client.ts'
import { emptyConversation } from '../client/conversation.ts'
import { type ConversationState, type ConversationView, openConversation } from '../client/open-conversation.ts'
import { failureOf } from './errors.ts'
import { onNextFrame } from './next-frame.ts'

export interface OpenThreads {
  /** `last` counts for whoever is the first. What it answers ends it. */
  look(threadId: string, last: number | undefined, listener: () => void): () => void
  /** The same object until something changed. */
  state(threadId: string): ConversationState
  loadEarlier(threadId: string): Promise<void>
}

interface OpenThread {
  readonly view: ConversationView | undefined
  readonly listeners: Set<() => void>
  /** What components are shown: the view's own state of the last frame. */
  shown: ConversationState
  cancelFrame: (() => void) | undefined
}

export const nothingShown: ConversationState = Object.freeze({
  conversation: emptyConversation,
  thread: undefined,
  caughtUp: false,
  hasEarlier: false,
  gone: false,
  refusal: undefined,
})

export function createOpenThreads(client: Client): OpenThreads {
  const threads = new Map<string, OpenThread>()

  function open(threadId: string, last: number | undefined): OpenThread {
    const listeners = new Set<() => void>()
    try {
      const view = openConversation(client, threadId, { onChange, ...(last === undefined ? {} : { last }) })
      const thread: OpenThread = { view, listeners, shown: nothingShown, cancelFrame: undefined }
      function onChange(): void {
        thread.cancelFrame ??= onNextFrame(() => {
          thread.cancelFrame = undefined
          thread.shown = view.state
          for (const listener of listeners) listener()
        })
      }
      return thread
    } catch (error) {
      // A client that is closed opens nothing more: that is shown, not thrown into the page.
      const shown = { ...nothingShown, refusal: failureOf(error) }
      return { view: undefined, listeners, shown, cancelFrame: undefined }
    }
  }

  function leave(threadId: string, thread: OpenThread): void {
    if (thread.listeners.size > 0 || threads.get(threadId) !== thread) return
    threads.delete(threadId)
    thread.cancelFrame?.()
    thread.view?.[Symbol.dispose]()
  }

  return {
    look(threadId, last, listener) {
      const thread = threads.get(threadId) ?? open(threadId, last)
      threads.set(threadId, thread)
      const mine = (): void => listener()
      thread.listeners.add(mine)
      return () => {
        thread.listeners.delete(mine)
        // Not at once: strict mode takes everything away to put it back, and another component may be on its way.
        queueMicrotask(() => leave(threadId, thread))
      }
    },
    state: (threadId) => threads.get(threadId)?.shown ?? nothingShown,
    loadEarlier: async (threadId) => threads.get(threadId)?.view?.loadEarlier(),
  }
}
