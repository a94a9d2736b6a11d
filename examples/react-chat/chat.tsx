/** A whole chat: the list of chats, the open one as it is written, what waits for an answer, and a field to write in. */
import { type ReactElement, useActionState, useState } from 'react'
import { type ClientOptions, type OpenApproval, textOf } from 'toolcrib/client'
import { ToolcribProvider, useApproval, useClient, useConnection, useThread, useThreads } from 'toolcrib/react'

export function Chat({ options }: { readonly options: ClientOptions }): ReactElement {
  return (
    <ToolcribProvider options={options} fallback="Loading…">
      <Room />
    </ToolcribProvider>
  )
}

function Room(): ReactElement {
  const client = useClient()
  const { status } = useConnection()
  const { threads = [] } = useThreads()
  const [threadId, show] = useState<string>()
  const begin = async (): Promise<void> => show((await client.createThread()).threadId)
  return (
    <>
      <p role="status">{status.state === 'open' ? 'Connected' : 'Connecting…'}</p>
      <button type="button" onClick={() => void begin()}>
        New chat
      </button>
      {threads.map((thread) => (
        <button type="button" key={thread.threadId} onClick={() => show(thread.threadId)}>
          {thread.title}
        </button>
      ))}
      {threadId !== undefined && <Thread key={threadId} threadId={threadId} />}
    </>
  )
}

function Thread({ threadId }: { readonly threadId: string }): ReactElement {
  const { branch, approvals, activeRun, gone, send, stop } = useThread(threadId)
  const [problem, submit] = useActionState(async (_: unknown, form: FormData) => {
    const message = form.get('message')
    return typeof message === 'string' ? send(message).then(() => undefined, String) : undefined
  }, undefined)
  if (gone) return <p>This chat does not exist.</p>
  return (
    <main>
      {branch.map(({ turn: { messageId, parts, run } }) => (
        <article key={messageId}>
          <h2>{textOf(parts)}</h2>
          {run.steps.map(({ step, text }) => text !== '' && <p key={step}>{text}</p>)}
        </article>
      ))}
      {approvals.map((approval) => (
        <Question key={approval.approvalId} approval={approval} />
      ))}
      {activeRun !== undefined && (
        <button type="button" onClick={() => void stop()}>
          Stop
        </button>
      )}
      <form action={submit}>
        <input name="message" aria-label="Message" required />
        <button type="submit" disabled={activeRun !== undefined}>
          Send
        </button>
      </form>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </main>
  )
}

function Question({ approval }: { readonly approval: OpenApproval }): ReactElement {
  const { state, problem, approve, deny } = useApproval(approval)
  return (
    <fieldset disabled={state !== 'open'}>
      <legend>
        {approval.call.tool} wants {JSON.stringify(approval.call.input)}
      </legend>
      <button type="button" onClick={() => void approve()}>
        Approve
      </button>
      <button type="button" onClick={() => void deny('Not now')}>
        Deny
      </button>
      {problem?.message}
    </fieldset>
  )
}
