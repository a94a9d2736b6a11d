/**
 * A person at a real client, who does what the case says and keeps what they were told. The law: whatever has no reply is
 * done again, as the protocol says, until it has one.
 *
 * @module
 */
import { type Client, ClientError, createClient, type WebSocketLike } from 'toolcrib/client'
import type { ApprovalRequested, JsonValue, LoggedEvent } from 'toolcrib/protocol'
import { WebSocket } from 'ws'
import type { Happenings } from './happenings.ts'
import { postJson } from './http.ts'
import { codeOf, persist } from './patience.ts'
import { type Act, type Answer, type Case, type Message, scriptOf } from './plan.ts'
import { openReader, type Reader, socketUrl, takeTicket } from './readers.ts'
import { type AnswerGiven, innermost, type Send, type Stop, type Testimony } from './testimony.ts'

export interface Person {
  readonly testimony: Testimony
  readonly token: string
  readonly threadId: string
  readonly secondReader: Reader | undefined
  /** What they wait for, for whoever finds them stuck. */
  readonly stage: string
  /** Resolves when all is said and every run has ended. */
  act(): Promise<void>
  /** Pulls the plug of their connection. */
  cut(): void
  /** Hangs up, and the second reader too. */
  leave(): void
}

export interface PersonOptions {
  readonly case: Case
  readonly url: string
  readonly happenings: Happenings
  /** Aborted when the round is given up. */
  readonly signal: AbortSignal
}

/** Signs in and opens a thread of their own. */
export async function seatPerson(options: PersonOptions): Promise<Person> {
  const { url, happenings, signal } = options
  const { user } = options.case
  const { token } = await postJson<{ readonly token: string }>(`${url}/v1/sign-in`, { name: user })
  const testimony: Testimony = { case: options.case, sends: [], stops: [], answers: [], seen: [], troubles: [] }
  let socket: WebSocket | undefined
  const client = createClient({
    url: socketUrl(url),
    ticket: () => takeTicket(url, token),
    connect(address, protocols): WebSocketLike {
      socket = new WebSocket(address, [...protocols])
      return socket
    },
    minBackoffMs: 50,
    maxBackoffMs: 300,
    replyTimeoutMs: 8_000,
  })
  const { threadId } = await client.createThread()
  const secondReader = openReader(options.case.secondReader, { url, token, threadId })
  const ends = new Map<string, PromiseWithResolvers<void>>()
  /** What was begun because of an event. */
  const doings = new Set<Promise<void>>()
  const runs: string[] = []
  const ended = new Set<string>()
  const counts = new Map<string, { events: number; approvals: number }>()
  let stage = 'sitting down'

  client.openThread(threadId, { onEvent })

  function onEvent(logged: LoggedEvent): void {
    testimony.seen.push(logged)
    happenings.note('event')
    const { event } = logged
    const told = innermost(event)
    if (event.type === 'thread_renamed' || told.type === 'thread_renamed') return
    if (event.type === 'message_added') runs.push(event.runId)
    const { runId } = event
    const message = options.case.messages[runs.indexOf(runId)]
    const count = counts.get(runId) ?? { events: 0, approvals: 0 }
    counts.set(runId, count)
    count.events += 1
    for (const act of message?.acts ?? []) if (act.afterEvents === count.events) begin(() => carryOut(act, runId))
    if (told.type === 'approval_requested') {
      const answer = message?.answers[count.approvals % message.answers.length]
      count.approvals += 1
      if (answer !== undefined) begin(() => giveAnswer(answer, told, runId))
    }
    if (
      told.type === 'step_completed' ||
      told.type === 'tool_executing' ||
      told.type === 'tool_completed' ||
      told.type === 'approval_requested'
    )
      happenings.note(told.type)
    if (event.type !== 'agent_completed') return
    ended.add(runId)
    endOf(runId).resolve()
  }

  function endOf(runId: string): PromiseWithResolvers<void> {
    const end = ends.get(runId) ?? Promise.withResolvers<void>()
    ends.set(runId, end)
    return end
  }

  function begin(work: () => Promise<void>): void {
    const doing = work()
      .catch((error: unknown) => {
        if (!signal.aborted) testimony.troubles.push(String(error))
      })
      .finally(() => doings.delete(doing))
    doings.add(doing)
  }

  async function carryOut(act: Act, runId: string): Promise<void> {
    if (act.does === 'cut') return socket?.terminate()
    const stop: Stop = { runId }
    testimony.stops.push(stop)
    const stopping = await persist(() => client.stop(runId), { signal })
    stop.acknowledged = { stopping, at: Date.now() }
    happenings.note('stop_acknowledged')
  }

  async function giveAnswer(answer: Answer, asked: ApprovalRequested, runId: string): Promise<void> {
    if (answer.when === 'after_fault') await happenings.afterFault()
    const given = answerTo(answer, asked)
    testimony.answers.push(given)
    const doors = [() => throughSocket(client, given), () => overHttp({ url, token }, given)].slice(0, answer.doors)
    await persist(
      async () => {
        const results = await Promise.all(doors.map((door) => attempt(door)))
        given.results.push(...results.map(({ result }) => result))
        if (results.some(({ result }) => result === 'ok')) return happenings.note('answer_acknowledged')
        if (ended.has(runId) || results.some(({ final }) => final)) return
        throw new Error('nobody has heard the answer yet')
      },
      { signal },
    )
  }

  async function say(message: Message, index: number): Promise<void> {
    const script = scriptOf(`${user}.${index}`, message.steps)
    const send: Send = { script }
    testimony.sends.push(send)
    stage = `sending message ${index}`
    const acknowledged = await persist(
      () => client.send(threadId, JSON.stringify(script), { idempotencyKey: script.id }),
      {
        signal,
        onRefused(code) {
          // The run before has ended, as far as this person was told.
          if (code === 'THREAD_BUSY' || code === 'RUNS_LIMIT') testimony.troubles.push(`message ${index}: ${code}`)
        },
      },
    )
    send.acknowledged = acknowledged
    happenings.note('send_acknowledged')
    stage = `waiting for the end of ${acknowledged.runId}`
    await Promise.race([endOf(acknowledged.runId).promise, aborted(signal)])
    stage = 'finishing what was begun'
    while (doings.size > 0) await Promise.all(doings)
  }

  return {
    testimony,
    token,
    threadId,
    secondReader,
    get stage() {
      return stage
    },
    async act() {
      for (const [index, message] of options.case.messages.entries()) await say(message, index)
      stage = 'done'
    },
    cut: () => socket?.terminate(),
    leave() {
      client.close()
      if (options.case.secondReader !== 'dead') secondReader?.close()
    },
  }
}

function answerTo({ decision }: Answer, { approvalId, input }: ApprovalRequested): AnswerGiven {
  if (decision !== 'edited') return { approvalId, decision, results: [] }
  return { approvalId, decision: 'approved', input: { ...(input as object), workMs: 7 }, results: [] }
}

function bodyOf({ decision, input }: AnswerGiven): {
  readonly decision: 'approved' | 'denied'
  readonly input?: JsonValue
} {
  return { decision, ...(input === undefined ? {} : { input }) }
}

async function throughSocket(client: Client, given: AnswerGiven): Promise<void> {
  await client.answer(given.approvalId, bodyOf(given))
}

async function overHttp(
  { url, token }: { readonly url: string; readonly token: string },
  given: AnswerGiven,
): Promise<void> {
  await postJson(`${url}/v1/approvals/${given.approvalId}`, bodyOf(given), token)
}

/** `lost`: it may have been heard or not. */
async function attempt(door: () => Promise<void>): Promise<{ readonly result: string; readonly final: boolean }> {
  try {
    await door()
    return { result: 'ok', final: true }
  } catch (error) {
    const final = error instanceof Error && 'retry' in error && error.retry === 'never'
    const isLost = error instanceof ClientError && (error.code === 'CONNECTION_LOST' || error.code === 'NO_REPLY')
    return { result: isLost ? 'lost' : (codeOf(error) ?? 'lost'), final }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
