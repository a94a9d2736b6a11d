/** A chat that does not exist before its first message. */
import { useEffect, useRef, useState } from 'react'
import type { SentPart } from 'toolcrib/protocol'
import { useClient, useClientStatus } from '../../connection.tsx'
import { useGoToThread } from '../../route.ts'
import { PageTitle } from '../approval/waiting.tsx'
import { useChatRoom } from '../chat-room.tsx'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { ThreadHeader } from './thread-header.tsx'

const suggestions = [
  'What is 15% of 240, and what time is it in Tokyo?',
  'Convert 26.2 miles to kilometres',
  'Search the documents for “approval”',
  'Save a note: “water the plants on Friday”',
]

export function NewThread() {
  const { openSidebar } = useChatRoom()
  const goToThread = useGoToThread()
  const client = useClient()
  const status = useClientStatus()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  /** Made for a message that was not taken yet: the next try goes there too. */
  const made = useRef<string>(undefined)
  const shown = useRef(true)

  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])

  async function start(message: string | readonly SentPart[]) {
    setBusy(true)
    try {
      made.current ??= (await client.createThread()).threadId
      await client.send(made.current, message)
      // Who went elsewhere meanwhile is not called back.
      if (shown.current) goToThread(made.current)
    } finally {
      setBusy(false)
    }
  }

  async function suggest(text: string) {
    try {
      await start(text)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The message was not sent; try again')
    }
  }

  return (
    <>
      <PageTitle />
      <ThreadHeader
        title="New chat"
        model={status.state === 'open' ? status.hello.server.model : undefined}
        onOpenSidebar={openSidebar}
      />
      <ConnectionNotice />
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-y-auto px-4 py-8">
        <h2 className="text-center text-2xl font-semibold tracking-tight">What can I do for you?</h2>
        <ul className="mt-6 grid w-full max-w-2xl gap-2 sm:grid-cols-2">
          {suggestions.map((suggestion) => (
            <li key={suggestion}>
              <button
                type="button"
                disabled={busy}
                onClick={() => void suggest(suggestion)}
                className="disabled:opacity-60 h-full w-full rounded-xl border bg-card px-4 py-3 text-left text-sm transition-colors hover:border-primary hover:bg-accent"
              >
                {suggestion}
              </button>
            </li>
          ))}
        </ul>
        {problem !== undefined && (
          <p role="alert" className="mt-4 text-sm text-bad">
            {problem}
          </p>
        )}
      </div>
      <Composer onSend={start} />
    </>
  )
}
