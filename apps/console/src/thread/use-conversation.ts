/** The open thread's conversation. However many events come, the page is drawn at most once a frame. */
import { useEffect, useState } from 'react'
import { applyEvent, type Conversation, emptyConversation } from 'toolcrib/client'
import type { Failure, Thread } from 'toolcrib/protocol'
import { useClient } from '../connection.tsx'

export interface OpenThread {
  readonly conversation: Conversation
  /** Undefined until it was opened. */
  readonly thread: Thread | undefined
  /** The history up to where it was opened has arrived. */
  readonly caughtUp: boolean
  /** It was deleted, or is not this user's. */
  readonly gone: boolean
  /** Why the server will not open it. */
  readonly refusal: Failure | undefined
}

const nothing: OpenThread = {
  conversation: emptyConversation,
  thread: undefined,
  caughtUp: false,
  gone: false,
  refusal: undefined,
}

export function useConversation(threadId: string): OpenThread {
  const client = useClient()
  const [shown, setShown] = useState(nothing)

  useEffect(() => {
    let latest = nothing
    let historyEnd = Number.POSITIVE_INFINITY
    let frame: number | undefined
    const show = (next: OpenThread) => {
      latest = next
      frame ??= requestAnimationFrame(() => {
        frame = undefined
        setShown(latest)
      })
    }
    const view = client.openThread(threadId, {
      onOpen: ({ thread, lastSeq }) => {
        historyEnd = lastSeq
        show({ ...latest, thread, caughtUp: latest.conversation.seq >= lastSeq })
      },
      onEvent: (event) => {
        const conversation = applyEvent(latest.conversation, event)
        show({ ...latest, conversation, caughtUp: latest.caughtUp || conversation.seq >= historyEnd })
      },
      onGone: () => show({ ...latest, gone: true }),
      onRefused: (refusal) => show({ ...latest, refusal }),
    })
    return () => {
      view[Symbol.dispose]()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [client, threadId])

  return shown
}
