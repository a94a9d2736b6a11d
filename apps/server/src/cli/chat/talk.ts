/**
 * A conversation at the terminal, until the person leaves. The law: leaving is not stopping; a run goes on, and its answer
 * is found on the next visit.
 *
 * @module
 */
import { createInterface } from 'node:readline'
import type { Client, ClientStatus, OpenApproval } from 'toolcrib/client'
import type { Thread } from 'toolcrib/protocol'
import { printable } from '../printable.ts'
import { exitCodes, print, type Terminal } from '../terminal.ts'
import { createConversationView } from './conversation-view.ts'
import { coloured, plain, short } from './event-printer.ts'

export interface TalkOptions {
  readonly client: Client
  readonly terminal: Terminal
  readonly threadId: string | undefined
  readonly agent: string | undefined
}

const twiceMs = 2_000
const commandHelp = `  /new        begin a new thread
  /threads    list your threads
  /open N     go on with a thread of that list
  /tools      what the agent holds for you
  /stop       stop the answer
  /quit       leave; a run at work goes on (Ctrl-D does the same)`

export async function talk({ client, terminal, threadId: given, agent }: TalkOptions): Promise<number> {
  const { stdin, stdout } = terminal
  const paint = stdout.isTTY === true ? coloured : plain
  const lines = createInterface({ input: stdin, output: stdout, prompt: paint.strong('> ') })
  const left = Promise.withResolvers<number>()
  const note = (line: string): void => print(stdout, line)
  let listed: readonly Thread[] = []
  let interruptedAt = Number.NEGATIVE_INFINITY
  /** Approvals are asked one after the other. */
  const waiting: OpenApproval[] = []

  const view = createConversationView({
    client,
    paint,
    note,
    answer: (text) => void stdout.write(text),
    onCompleted: () => lines.prompt(),
    onApproval(approval) {
      waiting.push(approval)
      if (waiting.length === 1) askApproval(approval)
    },
    onGone() {
      note('This thread was deleted.')
      open(undefined)
    },
  })
  using _status = client.onStatus(showStatus)
  lines.on('line', (line) => {
    take(line.trim()).catch((error: unknown) => {
      complain(error)
      lines.prompt()
    })
  })
  lines.on('SIGINT', interrupt)
  lines.on('close', () => left.resolve(exitCodes.done))

  await show(given)
  const code = await left.promise
  lines.close()
  view.close()
  return code

  async function take(line: string): Promise<void> {
    const [approval] = waiting
    if (approval !== undefined && !line.startsWith('/')) return answerApproval(approval, line)
    const [word = '', argument = ''] = line.split(/\s+/)
    switch (word) {
      case '':
        return lines.prompt()
      case '/new':
        return show(undefined)
      case '/open':
        return show(threadOf(argument))
      case '/threads':
        return listThreads()
      case '/tools':
        return listTools()
      case '/stop':
        return stop()
      case '/help':
        note(commandHelp)
        return lines.prompt()
      case '/quit':
        return left.resolve(exitCodes.done)
      default:
        if (word.startsWith('/')) throw new Error(`There is no command ${word}; /help lists them`)
        await client.send(view.threadId ?? '', line, agent === undefined ? {} : { agent })
    }
  }

  function complain(error: unknown): void {
    note(paint.bad(printable(error instanceof Error ? error.message : String(error))))
  }

  /** No thread given: a new one. */
  async function show(threadId: string | undefined): Promise<void> {
    waiting.length = 0
    await view.open(threadId ?? (await client.createThread()).threadId)
    note(paint.dim(threadId === undefined ? 'A new thread; /help lists the commands.' : `Thread ${threadId}`))
    if (view.activeRunId === undefined) lines.prompt()
  }

  function open(threadId: string | undefined): void {
    show(threadId).catch(complain)
  }

  function threadOf(argument: string): string {
    const thread = /^\d+$/.test(argument) ? listed[Number(argument) - 1] : undefined
    if (thread !== undefined) return thread.threadId
    if (argument.startsWith('thr_')) return argument
    throw new Error('Expected a number of the list; /threads shows it')
  }

  async function listThreads(): Promise<void> {
    listed = await client.listThreads()
    if (listed.length === 0) note('No threads yet.')
    listed.forEach(({ title, updatedAt, activeRunId }, index) => {
      const at = new Date(updatedAt).toLocaleString()
      note(
        `${String(index + 1).padStart(4)}  ${printable(title) || '(no title)'}  ${paint.dim(at)}${activeRunId === null ? '' : '  at work'}`,
      )
    })
    lines.prompt()
  }

  async function listTools(): Promise<void> {
    const { tools } = await client.command<'tools.list'>({
      type: 'tools.list',
      ...(agent === undefined ? {} : { agent }),
    })
    if (tools.length === 0) note('No tools: your roles allow none here.')
    for (const { name, effect, description } of tools)
      note(`  ${paint.strong(name)} ${paint.dim(`(${effect})`)} ${printable(description)}`)
    lines.prompt()
  }

  async function stop(): Promise<void> {
    const runId = view.activeRunId
    if (runId === undefined) {
      note('Nothing is at work.')
      return lines.prompt()
    }
    await client.stop(runId)
  }

  function interrupt(): void {
    const now = performance.now()
    const again = now - interruptedAt < twiceMs
    interruptedAt = now
    if (again) return left.resolve(exitCodes.interrupted)
    if (view.activeRunId === undefined) return note(paint.dim('\nCtrl-C again leaves.'))
    note(paint.dim('\nStopping; Ctrl-C again leaves.'))
    stop().catch(complain)
  }

  function askApproval({ call }: OpenApproval): void {
    note(paint.strong(`May ${printable(call.tool)} run with ${short(call.input)}? [y/n]`))
    lines.prompt()
  }

  async function answerApproval({ approvalId }: OpenApproval, line: string): Promise<void> {
    const yes = /^y(es)?$/i.test(line)
    if (!yes && !/^no?$/i.test(line)) return note('Answer y or n.')
    waiting.shift()
    try {
      await client.answer(approvalId, { decision: yes ? 'approved' : 'denied' })
    } finally {
      const [next] = waiting
      if (next !== undefined) askApproval(next)
    }
  }

  function showStatus(status: ClientStatus): void {
    switch (status.state) {
      case 'waiting':
        return note(paint.dim(`\n(connection lost: ${printable(status.reason)}; trying again)`))
      case 'closed':
        note(paint.bad(`\nThe connection is closed: ${printable(status.reason)}`))
        return left.resolve(exitCodes.failed)
      case 'open':
      case 'connecting':
        return
      default:
        return status satisfies never
    }
  }
}
