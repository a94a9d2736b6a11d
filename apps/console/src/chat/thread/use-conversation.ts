/** The open thread's conversation. However many events come, the page is drawn at most once a frame. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type ConversationState, type ConversationView, emptyConversation, openConversation } from 'toolcrib/client'
import { useClient } from '../../connection.tsx'

export interface OpenThread extends ConversationState {
  /** Rejects with why the earlier turns could not be read. */
  readonly loadEarlier: () => Promise<void>
}

const nothing: ConversationState = {
  conversation: emptyConversation,
  thread: undefined,
  caughtUp: false,
  hasEarlier: false,
  gone: false,
  refusal: undefined,
}

export function useConversation(threadId: string): OpenThread {
  const client = useClient()
  const [shown, setShown] = useState(nothing)
  const open = useRef<ConversationView>(undefined)

  useEffect(() => {
    let frame: number | undefined
    const view = openConversation(client, threadId, {
      onChange() {
        frame ??= requestAnimationFrame(() => {
          frame = undefined
          setShown(view.state)
        })
      },
    })
    open.current = view
    return () => {
      open.current = undefined
      view[Symbol.dispose]()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [client, threadId])

  const loadEarlier = useCallback(async () => open.current?.loadEarlier(), [])
  return { ...shown, loadEarlier }
}
