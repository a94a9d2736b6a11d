/**
 * Deleting a chat, with a way back: its row goes at once, the chat itself some seconds later. The law: what was not taken
 * back is deleted, also when the page is left meanwhile or its person signs out; and when it cannot be, the row comes back
 * and says so.
 */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'
import { useToast } from '../../kit/toast.tsx'
import { problemOf } from '../../parts/problem.ts'
import { threadName } from '../../parts/thread-name.ts'
import { useGoToThread, useThreadRoute } from '../../route.ts'
import { useSignedIn } from '../../session/signed-in.ts'

/** While the window is looked at: the time to take it back does not run out behind one's back. */
const undoMs = 7_000

interface Deletions {
  /** Not shown any more. */
  readonly hidden: ReadonlySet<string>
  readonly remove: (thread: Thread) => void
}

const DeletionsContext = createContext<Deletions | undefined>(undefined)

export function DeletionsProvider({ children }: { readonly children: ReactNode }) {
  const client = useClient()
  const toast = useToast()
  const goToThread = useGoToThread()
  const openThreadId = useThreadRoute()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const { onLeave } = useSignedIn()
  /** Of each that can still be taken back: takes its note away. */
  const due = useRef(new Map<string, () => void>())

  const show = useCallback((threadId: string) => {
    setHidden((now) => new Set([...now].filter((id) => id !== threadId)))
  }, [])

  useEffect(() => {
    const waiting = due.current
    const flush = async () => {
      const leaving = [...waiting]
      waiting.clear()
      for (const [, closeNote] of leaving) closeNote()
      // The socket does not outlive the page, nor the session; such a request does.
      const ask = ([threadId]: readonly [string, unknown]) =>
        fetch(`/v1/threads/${threadId}`, { method: 'DELETE', keepalive: true })
      await Promise.allSettled(leaving.map(ask))
    }
    const onHide = () => void flush()
    const leaving = onLeave(flush)
    addEventListener('pagehide', onHide)
    return () => {
      leaving[Symbol.dispose]()
      removeEventListener('pagehide', onHide)
    }
  }, [onLeave])

  const remove = useCallback(
    (thread: Thread) => {
      const { threadId } = thread
      const title = threadName(thread)
      const wasOpen = threadId === openThreadId
      const deleteNow = () => {
        if (!due.current.delete(threadId)) return
        client.deleteThread(threadId).catch((error: unknown) => {
          // It was deleted elsewhere: that is what was wanted.
          if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return
          show(threadId)
          toast.show({
            tone: 'bad',
            title: `“${title}” was not deleted`,
            description: problemOf(error, 'It did not work; try again'),
          })
        })
      }
      const takeBack = () => {
        due.current.delete(threadId)
        show(threadId)
        if (wasOpen) goToThread(threadId)
      }
      setHidden((now) => new Set([...now, threadId]))
      if (wasOpen) goToThread(undefined)
      const closeNote = toast.show({
        title: `Deleted “${title}”`,
        timeoutMs: undoMs,
        onClose: deleteNow,
        // Where nothing can be taken back nothing is deleted.
        onUnseen: takeBack,
        action: { label: 'Undo', onPress: takeBack },
      })
      due.current.set(threadId, closeNote)
    },
    [client, toast, goToThread, openThreadId, show],
  )

  const deletions = useMemo(() => ({ hidden, remove }), [hidden, remove])
  return <DeletionsContext value={deletions}>{children}</DeletionsContext>
}

export function useDeletions(): Deletions {
  const deletions = useContext(DeletionsContext)
  if (deletions === undefined) throw new Error('Expected a DeletionsProvider above')
  return deletions
}
