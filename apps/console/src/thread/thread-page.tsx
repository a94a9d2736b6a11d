import { useState } from 'react'
import { activeRun, openApprovals } from 'toolcrib/client'
import { useClient } from '../connection.tsx'
import { goToThread } from '../route.ts'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { ThreadHeader } from './thread-header.tsx'
import { TurnView } from './turn-view.tsx'
import { useConversation } from './use-conversation.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

export interface ThreadPageProps {
  readonly threadId: string
  readonly onOpenSidebar: () => void
}

export function ThreadPage({ threadId, onOpenSidebar }: ThreadPageProps) {
  const client = useClient()
  const { conversation, thread, caughtUp, gone, refusal } = useConversation(threadId)
  const [problem, setProblem] = useState<string>()
  const running = activeRun(conversation)
  const scroller = useStickToEnd(conversation)

  if (gone) {
    return (
      <div className="grid flex-1 place-items-center p-6 text-center">
        <div>
          <p className="font-medium">This chat does not exist.</p>
          <button type="button" onClick={() => goToThread(undefined)} className="mt-3 text-primary underline">
            Start a new one
          </button>
        </div>
      </div>
    )
  }

  const title = conversation.title ?? thread?.title ?? 'Chat'
  const send = async (text: string) => {
    setProblem(undefined)
    await client.send(threadId, text)
  }
  const attempt = (act: () => Promise<unknown>) =>
    void act().then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(error instanceof Error ? error.message : 'It did not work; try again'),
    )
  return (
    <>
      <title>{`${title} · Toolcrib`}</title>
      <ThreadHeader title={title} model={conversation.turns.at(-1)?.run.model} onOpenSidebar={onOpenSidebar} />
      <ConnectionNotice />
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto" aria-busy={!caughtUp}>
        <div
          className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6"
          role="log"
          aria-label="Conversation"
          // Read out when it is whole, not letter by letter.
          aria-busy={running !== undefined && openApprovals(conversation).length === 0}
        >
          {refusal !== undefined && (
            <p role="alert" className="rounded-lg bg-bad/10 px-3 py-2 text-sm text-bad">
              {refusal.message}
            </p>
          )}
          {!caughtUp && refusal === undefined && conversation.turns.length === 0 && (
            <p className="text-center text-sm text-muted-foreground">Loading the chat…</p>
          )}
          {conversation.turns.map((turn, index) => (
            <TurnView
              key={turn.run.runId}
              turn={turn}
              onRetry={index === conversation.turns.length - 1 ? (text) => attempt(() => send(text)) : undefined}
            />
          ))}
        </div>
      </div>
      {problem !== undefined && (
        <p role="alert" className="mx-auto w-full max-w-3xl px-4 pb-2 text-sm text-bad">
          {problem}
        </p>
      )}
      <Composer
        threadId={threadId}
        onSend={send}
        onStop={running === undefined ? undefined : () => attempt(() => client.stop(running.runId))}
      />
    </>
  )
}
