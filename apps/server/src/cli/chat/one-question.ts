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
  /** How long a lost connection may take to come back. Default 30,000. */
  readonly reconnectWithinMs?: number
}

export async function askOnce(options: QuestionOptions): Promise<number> {
  const { client, terminal, question, threadId, agent, reconnectWithinMs = 30_000 } = options
  const completed = Promise.withResolvers<AgentCompleted>()
  /** What ends the asking at any moment, whatever is being waited for. */
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
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
      client.answer(approvalId, { decision: 'denied', reason }).catch(failed.reject)
    },
    onGone: () => failed.reject(new CliError('CONVERSATION_ENDED', { reason: 'there is no such thread of yours' })),
  })
  let patience: NodeJS.Timeout | undefined
  using _status = client.onStatus((status) => {
    if (status.state === 'closed') failed.reject(new CliError('CONVERSATION_ENDED', { reason: status.reason }))
    if (status.state === 'open') {
      clearTimeout(patience)
      patience = undefined
    } else {
      // A script is not to wait for ever for a server that does not come back.
      patience ??= setTimeout(() => failed.reject(connectionLost(reconnectWithinMs, view.threadId)), reconnectWithinMs)
    }
  })
  using _patience = { [Symbol.dispose]: () => clearTimeout(patience) }
  using _signals = terminal.onSignal(() => {
    if (runId === undefined) terminal.exit(exitCodes.interrupted)
    else client.stop(runId).catch(failed.reject)
  })

  return await Promise.race([exchange(), failed.promise])

  async function exchange(): Promise<number> {
    await view.open(threadId ?? (await client.createThread()).threadId)
    isAsked = true
    const sent = await client.send(view.threadId ?? '', question, agent === undefined ? {} : { agent })
    runId = sent.runId
    const { outcome } = await completed.promise
    return outcome === 'completed' ? exitCodes.done : exitCodes.failed
  }
}

function connectionLost(forMs: number, threadId: string | undefined): CliError {
  const where = threadId === undefined ? '' : `; what was asked is in --thread ${threadId}`
  const reason = `the connection was lost for ${forMs / 1_000} seconds${where}`
  return new CliError('CONVERSATION_ENDED', { reason })
}
