/** A chat that does not exist before its first message. */
import { Sparkles } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { SentPart } from 'toolcrib/protocol'
import { useClient, useTools } from 'toolcrib/react'
import { markdownRenderer } from '../../parts/markdown/renderer.ts'
import { problemOf } from '../../parts/problem.ts'
import { useGoToThread } from '../../route.ts'
import { PageTitle } from '../approval/waiting.tsx'
import { useChatRoom } from '../chat-room.tsx'
import { ChoicePicker } from '../choice/choice-picker.tsx'
import { useChoice } from '../choice/use-choice.ts'
import { Composer } from './composer.tsx'
import { BUILTIN_MODEL, suggestionsFor } from './suggestions.ts'
import { ThreadFrame } from './thread-frame.tsx'

export function NewThread() {
  const { openSidebar } = useChatRoom()
  const goToThread = useGoToThread()
  const client = useClient()
  const answering = useChoice()
  const { tools } = useTools(answering.choice?.agent)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  /** Made for a message that was not taken yet: the next try goes there too. */
  const made = useRef<string>(undefined)
  const shown = useRef(true)
  const model = answering.choice?.model

  useEffect(() => {
    markdownRenderer.ask()
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])

  async function start(message: string | readonly SentPart[]) {
    setBusy(true)
    try {
      made.current ??= (await client.createThread()).threadId
      await client.send(made.current, message, answering.sent)
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
      setProblem(problemOf(error, 'The message was not sent; try again'))
    }
  }

  return (
    <>
      <PageTitle />
      <ThreadFrame title="New chat" model={model} agent={answering.choice?.agent} onOpenSidebar={openSidebar}>
        <div className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto px-4 py-8">
          <div className="my-auto flex w-full max-w-2xl flex-col items-center">
            <h2 className="text-center text-2xl font-semibold tracking-tight text-balance">What can I do for you?</h2>
            {model === BUILTIN_MODEL && <BuiltinNote />}
            <ul aria-label="Suggestions" className="mt-7 grid w-full gap-2.5 sm:grid-cols-2">
              {suggestionsFor(tools ?? [], model).map((suggestion) => (
                <li key={suggestion} className="late">
                  <button
                    type="button"
                    disabled={busy}
                    onClick={() => void suggest(suggestion)}
                    className="h-full w-full rounded-xl border bg-card px-4 py-3 text-start text-sm shadow-xs transition-colors hover:border-primary hover:bg-accent disabled:opacity-60"
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
        </div>
        <Composer onSend={start} choice={<ChoicePicker {...answering} />} />
      </ThreadFrame>
    </>
  )
}

function BuiltinNote() {
  return (
    <p className="mt-3 max-w-lg text-center text-sm text-balance text-muted-foreground">
      <Sparkles aria-hidden="true" className="me-1 inline size-3.5 align-[-0.15em]" />
      This is Toolcrib’s small built-in model: it can use tools, and not much more. For a real one, start the server
      with <code className="rounded bg-muted px-1 py-0.5 font-mono text-xs">TOOLCRIB_MODEL</code>, such as{' '}
      <code className="rounded bg-muted px-1 py-0.5 font-mono text-xs">anthropic:MODEL</code>, and the provider’s key.
    </p>
  )
}
