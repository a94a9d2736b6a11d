/**
 * A conversation at the terminal, until the person leaves. The law: leaving is not stopping; a run goes on, and its answer
 * is found on the next visit.
 *
 * @module
 */
import { createInterface } from 'node:readline'
import { approvalsOfOthers, type Client, type ClientStatus, sentAgain } from 'toolcrib/client'
import { describeUsage, type Thread } from 'toolcrib/protocol'
import { printable } from '../printable.ts'
import { exitCodes, print, type Terminal } from '../terminal.ts'
import { createAttaching } from './attaching.ts'
import { createChoice } from './choice.ts'
import { createConversationView } from './conversation-view.ts'
import { coloured, plain } from './event-printer.ts'
import { createQuestions, describe, type Question } from './questions.ts'

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
  /approvals  what waits for you, of other people too
  /usage      what you have used, and what is left
  /attach F   send the file F with your next message; without F: nothing
  /stop       stop the answer
  /agent      who answers, to choose from; /agent NAME: this one from now on
  /model      the same for the model
  /retry      answer the last message again; /retry TEXT: this one in its place
  /quit       leave; a run at work goes on (Ctrl-D does the same)`

export async function talk({ client, terminal, threadId: given, agent }: TalkOptions): Promise<number> {
  const { stdin, stdout } = terminal
  const paint = stdout.isTTY === true ? coloured : plain
  const lines = createInterface({ input: stdin, output: stdout, prompt: paint.strong('> ') })
  const left = Promise.withResolvers<number>()
  const note = (line: string): void => print(stdout, line)
  let listed: readonly Thread[] = []
  let interruptedAt = Number.NEGATIVE_INFINITY
  const chosen = createChoice({ client, paint, note, agent })
  const attaching = createAttaching({ client, folder: terminal.folder })
  const questions = createQuestions({ client, paint, note, prompt: () => lines.prompt() })
  /** Approvals of other people that were told of. */
  const announced = new Set<string>()

  const view = createConversationView({
    client,
    paint,
    note,
    answer: (text) => void stdout.write(text),
    onCompleted: () => lines.prompt(),
    onApproval: ({ approvalId, call: { tool, input, ...call } }) =>
      questions.add({ approvalId, tool, input, ...offeredOf(call) }),
    onGone() {
      note('This thread was deleted.')
      open(undefined)
    },
  })
  using _status = client.onStatus(showStatus)
  using _approvals = client.onApprovalsChanged(() => void announce().catch(complain))
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
    if (questions.isAsking && !line.startsWith('/')) return questions.answer(line)
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
      case '/approvals':
        return askForOthers()
      case '/agent':
        chosen.chooseAgent(argument)
        return lines.prompt()
      case '/model':
        chosen.chooseModel(argument)
        return lines.prompt()
      case '/usage':
        return showUsage()
      case '/stop':
        return stop()
      case '/attach':
        return attach(line.slice(word.length).trim())
      case '/retry':
        return retry(line.slice(word.length).trim())
      case '/help':
        note(commandHelp)
        return lines.prompt()
      case '/quit':
        return left.resolve(exitCodes.done)
      default:
        if (word.startsWith('/')) throw new Error(`There is no command ${word}; /help lists them`)
        await send(line)
    }
  }

  async function send(text: string): Promise<void> {
    await attaching.sendWith(text, (parts) => client.send(view.threadId ?? '', parts, chosen.sent))
  }

  /** Without a path: takes back what waits for the next message. */
  async function attach(path: string): Promise<void> {
    if (path === '') {
      await attaching.drop()
      note('Nothing is attached.')
    } else {
      await attaching.add(path)
      const names = attaching.waiting.map(
        ({ name, mediaType, bytes }) => `${printable(name)} (${mediaType}, ${bytes} bytes)`,
      )
      note(paint.dim(`Goes with your next message: ${names.join(', ')}`))
    }
    lines.prompt()
  }

  function complain(error: unknown): void {
    note(paint.bad(printable(error instanceof Error ? error.message : String(error))))
  }

  /** No thread given: a new one. */
  async function show(threadId: string | undefined): Promise<void> {
    questions.clear()
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
      ...(chosen.sent.agent === undefined ? {} : { agent: chosen.sent.agent }),
    })
    if (tools.length === 0) note('No tools: your roles allow none here.')
    for (const { name, effect, description } of tools)
      note(`  ${paint.strong(name)} ${paint.dim(`(${effect})`)} ${printable(description)}`)
    lines.prompt()
  }

  async function showUsage(): Promise<void> {
    for (const line of describeUsage(await client.usage())) note(`  ${printable(line)}`)
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

  /** As another version of the last message: the one before stays, in its own branch. */
  async function retry(text: string): Promise<void> {
    const { threadId, lastTurn } = view
    if (threadId === undefined || lastTurn === undefined)
      throw new Error('There is no message yet that could be answered again')
    const { parts, follows } = lastTurn
    await client.send(threadId, text === '' ? sentAgain(parts) : text, {
      ...chosen.sent,
      ...(follows === undefined ? {} : { follows }),
    })
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

  async function announce(): Promise<void> {
    for (const { approvalId, requester, tool } of (await approvalsOfOthers(client)).approvals) {
      if (announced.has(approvalId)) continue
      announced.add(approvalId)
      note(paint.dim(`\n${describe(requester)} asks for ${printable(tool)}; /approvals to answer`))
    }
  }

  async function askForOthers(): Promise<void> {
    const { approvals } = await approvalsOfOthers(client)
    for (const { approvalId, tool, input, requester, ...approval } of approvals)
      questions.add({ approvalId, tool, input, requester, ...offeredOf(approval) })
    if (questions.isAsking) return
    note('Nothing of other people waits for you.')
    lines.prompt()
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

function offeredOf({ offered }: Pick<Question, 'offered'>): Pick<Question, 'offered'> {
  return offered === undefined ? {} : { offered }
}
