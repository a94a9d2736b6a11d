/**
 * One person asks, over every command and route, for what is another's. The law (L9): each answer is the one that they get
 * for what never was, in all of its parts.
 *
 * @module
 */
import type { CommandBody } from 'toolcrib/protocol'
import { absent as absentIds, askFor, type Ids as NamedIds, shapeOf } from '../laws/foreign-commands.ts'
import type { Observer } from './observer.ts'
import type { Answer, Ask, Participant } from './participant.ts'
import { approves, calledBy } from './people.ts'
import { within } from './within.ts'

interface Ids extends NamedIds {
  readonly messageId: string
  readonly callId: string
  readonly attachmentId: string
}

const prefixes: { readonly [Name in keyof Ids]: string } = {
  threadId: 'thr',
  runId: 'run',
  approvalId: 'apr',
  messageId: 'msg',
  callId: 'call',
  attachmentId: 'att',
}
const absent: Ids = { ...absentIds, messageId: 'msg_absent', callId: 'call_absent', attachmentId: 'att_absent' }

export async function pry(observer: Observer, prying: Participant, victim: Participant): Promise<void> {
  // Who may answer an approval is asked, and does not pry.
  const isForeign = (name: keyof Ids): boolean => name !== 'approvalId' || !approves(prying.number, victim.number)
  const newest = (name: keyof Ids): string | undefined => observer.idsOf(victim.number, prefixes[name])[0]
  const foreign = mapIds((name) => (isForeign(name) ? newest(name) : undefined) ?? madeUp(prefixes[name]))
  const never = mapIds((name) => madeUp(prefixes[name]))
  for (const id of [...Object.values(foreign), ...Object.values(never)]) prying.said.add(id)

  const socket = await prying.socket()
  for (const [type, make] of Object.entries(askFor)) {
    if (make === undefined) continue
    const answers = [foreign, never].map(async (ids) =>
      JSON.stringify(shapeOf(await within(socket.command(make(ids)), `an answer to ${type}`), ids)),
    )
    compare(type, await Promise.all(answers))
  }
  const created = await socket.command({ type: 'thread.create' })
  const ownThreadId = 'threadId' in created ? created.threadId : ''
  for (const make of furtherCommands) {
    const { type } = make(absent, ownThreadId)
    const answers = [foreign, never].map(async (ids) =>
      JSON.stringify(
        shapeOf(await within(socket.command(make(ids, ownThreadId)), `an answer to ${type}`), ids as never),
      ),
    )
    compare(type, await Promise.all(answers))
  }
  for (const make of routes) {
    const { method, path } = make(absent)
    const answers = [foreign, never].map(async (ids) => shapeOfAnswer(await prying.request(make(ids)), ids))
    compare(`${method} ${path}`, await Promise.all(answers))
  }
  // Nothing of it has changed anything.
  for (const threadId of victim.threads) {
    const { status, text } = await victim.request({ method: 'GET', path: `/v1/threads/${threadId}/events` })
    if (status !== 200) observer.complain(`a thread of ${calledBy(victim.number)} is gone: ${text}`)
  }

  function compare(asked: string, [ofForeign, ofNever]: readonly string[]): void {
    if (ofForeign === ofNever) return
    const who = `${calledBy(prying.number)} is answered ${ofForeign} for what is of ${calledBy(victim.number)}`
    observer.complain(`${asked}: ${who}, and ${ofNever} for what never was`)
  }
}

const text = { type: 'text', text: 'let me in' } as const

/** Commands that name something of somebody in a thread of one's own, or in other words. */
const furtherCommands: readonly ((ids: Ids, ownThreadId: string) => CommandBody)[] = [
  ({ threadId }) => ({ type: 'thread.open', threadId, last: 5 }),
  ({ callId }) => ({ type: 'tool.result', callId, output: 'mine' }),
  ({ messageId: follows }, threadId) => ({
    type: 'message.send',
    threadId,
    parts: [text],
    idempotencyKey: 'one',
    follows,
  }),
  ({ attachmentId }, threadId) => ({
    type: 'message.send',
    threadId,
    parts: [text, { type: 'attachment', attachmentId }],
    idempotencyKey: 'two',
  }),
]

const json = { accept: 'application/json' }

/** Every route that names something of somebody. */
const routes: readonly ((ids: Ids) => Ask)[] = [
  ({ threadId }) => ({ method: 'GET', path: `/v1/threads/${threadId}/events`, headers: json }),
  ({ threadId }) => ({
    method: 'GET',
    path: `/v1/threads/${threadId}/events?after=2`,
    headers: { accept: 'text/event-stream', 'last-event-id': '1' },
  }),
  ({ threadId }) => ({ method: 'PATCH', path: `/v1/threads/${threadId}`, body: { title: 'mine' } }),
  ({ threadId }) => ({ method: 'DELETE', path: `/v1/threads/${threadId}` }),
  ({ threadId }) => ({
    method: 'POST',
    path: `/v1/threads/${threadId}/messages`,
    body: { parts: [{ type: 'text', text: 'let me in' }] },
  }),
  ({ threadId }) => ({ method: 'GET', path: `/v1/threads/${threadId}/events?before=9`, headers: json }),
  ({ attachmentId }) => ({ method: 'GET', path: `/v1/attachments/${attachmentId}` }),
  ({ attachmentId }) => ({ method: 'DELETE', path: `/v1/attachments/${attachmentId}` }),
  ({ approvalId }) => ({ method: 'GET', path: `/v1/approvals?after=${approvalId}` }),
  ({ runId }) => ({ method: 'POST', path: `/v1/runs/${runId}/stop`, body: {} }),
  ({ approvalId }) => ({ method: 'POST', path: `/v1/approvals/${approvalId}`, body: { decision: 'approved' } }),
]

/** Without what must differ: the ids that were asked for, and the time. */
function shapeOfAnswer({ status, headers, text }: Answer, ids: Ids): string {
  const shown = Object.entries(ids).reduce((shape, [name, id]) => shape.replaceAll(id, `<${name}>`), text)
  const kept = [...headers].filter(([name]) => name !== 'date').map((header) => header.join(': '))
  return JSON.stringify({ status, headers: kept, text: shown })
}

function mapIds(make: (name: keyof Ids) => string): Ids {
  return Object.fromEntries(Object.keys(prefixes).map((name) => [name, make(name as keyof Ids)])) as unknown as Ids
}

function madeUp(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`
}
