/**
 * Deleting a chat, with a way back: its row goes at once, the chat itself some seconds later. The law: what was not taken
 * back is deleted, also when the page is left meanwhile; and when it cannot be, the row comes back and says so.
 */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'
import { useToast } from '../../kit/toast.tsx'
import { problemOf } from '../../parts/problem.ts'
import { useGoToThread, useThreadRoute } from '../../route.ts'

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
  /** Of each that can still be taken back: deletes it now. */
  const due = useRef(new Map<string, () => void>())

  const show = useCallback((threadId: string) => {
    setHidden((now) => new Set([...now].filter((id) => id !== threadId)))
  }, [])

  useEffect(() => {
    const waiting = due.current
    const flush = () => {
      for (const threadId of waiting.keys()) {
        // The socket does not outlive the page; such a request does.
        void fetch(`/v1/threads/${threadId}`, { method: 'DELETE', keepalive: true }).catch(() => {})
      }
      waiting.clear()
    }
    addEventListener('pagehide', flush)
    return () => {
      removeEventListener('pagehide', flush)
      // Somebody else sits here now, or nobody: what was asked for was asked for.
      for (const now of waiting.values()) now()
    }
  }, [])

  const remove = useCallback(
    (thread: Thread) => {
      const { threadId, title } = thread
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
      due.current.set(threadId, deleteNow)
      setHidden((now) => new Set([...now, threadId]))
      if (wasOpen) goToThread(undefined)
      toast.show({
        title: `Deleted “${title}”`,
        timeoutMs: undoMs,
        onClose: deleteNow,
        action: {
          label: 'Undo',
          onPress: () => {
            due.current.delete(threadId)
            show(threadId)
            if (wasOpen) goToThread(threadId)
          },
        },
      })
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
