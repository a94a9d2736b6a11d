/**
 * One question, one answer, and out: for pipes and scripts. The law: the answer alone goes to standard output, and the
 * exit code says whether the run completed.
 *
 * @module
 */
import type { Client } from 'toolcrib/client'
import type { AgentCompleted } from 'toolcrib/protocol'
import { CliError } from '../errors.ts'
import { printable } from '../printable.ts'
import { exitCodes, print, type Terminal } from '../terminal.ts'
import { createConversationView } from './conversation-view.ts'
import { plain, short } from './event-printer.ts'

export interface QuestionOptions {
  readonly client: Client
  readonly terminal: Terminal
  readonly question: string
  readonly threadId: string | undefined
  readonly agent: string | undefined
}

export async function askOnce({ client, terminal, question, threadId, agent }: QuestionOptions): Promise<number> {
  const completed = Promise.withResolvers<AgentCompleted>()
  // It may be rejected while something else is waited for; it is waited for last.
  completed.promise.catch(() => {})
  let runId: string | undefined
  let isAsked = false
  const note = (line: string): void => print(terminal.stderr, line)
  const view = createConversationView({
    client,
    paint: plain,
    answer: (text) => {
      if (isAsked) terminal.stdout.write(text)
    },
    note: (line) => {
      if (isAsked) note(line)
    },
    onCompleted: completed.resolve,
    onApproval({ approvalId, call }) {
      note(`Denied, because nobody is here to ask: ${printable(call.tool)} ${short(call.input)}`)
      const reason = 'Asked by a script: nobody could be asked'
      client.answer(approvalId, { decision: 'denied', reason }).catch(completed.reject)
    },
    onGone: () => completed.reject(new CliError('CONVERSATION_ENDED', { reason: 'there is no such thread of yours' })),
  })
  using _status = client.onStatus((status) => {
    if (status.state === 'closed') completed.reject(new CliError('CONVERSATION_ENDED', { reason: status.reason }))
  })
  using _signals = terminal.onSignal(() => {
    if (runId === undefined) terminal.exit(exitCodes.interrupted)
    else client.stop(runId).catch(completed.reject)
  })

  await view.open(threadId ?? (await client.createThread()).threadId)
  isAsked = true
  const sent = await client.send(view.threadId ?? '', question, agent === undefined ? {} : { agent })
  runId = sent.runId
  const { outcome } = await completed.promise
  return outcome === 'completed' ? exitCodes.done : exitCodes.failed
}
