/**
 * Carries out a schedule. The law: it goes on as long as nothing has leaked, and at its end everything that still goes on is
 * stopped, read once more, closed, and looked for on the disk.
 *
 * @module
 */
import { canary } from './canary.ts'
import { createParticipant, type Participant } from './participant.ts'
import { approves, numberOf, people, personAt } from './people.ts'
import { pry } from './prying.ts'
import type { Schedule, Step } from './schedule.ts'
import type { Tally } from './tally.ts'
import { within } from './within.ts'
import { messageFor, plainMessage } from './works.ts'
import { openWorld, type World, type WorldParts } from './world.ts'

/** @throws LeakFound. */
export async function perform(schedule: Schedule, tally: Tally, parts: WorldParts = {}): Promise<void> {
  const world = await openWorld(parts)
  const cast = people.map(({ number }) => createParticipant(world, number))
  const stage = createStage(world, cast)
  try {
    for (const each of schedule) {
      await within(stage.carryOut(each), `"${each.name}"`, world.runs.going)
      assertNoLeak(world)
    }
    await stage.finish()
    assertNoLeak(world)
  } finally {
    await Promise.all(cast.map((participant) => participant.leave()))
    await world.close()
    tally.add(schedule, world)
  }
  assertNoLeak(world)
}

export class LeakFound extends Error {
  override readonly name = 'LeakFound'
  readonly leaks: readonly string[]

  constructor(leaks: readonly string[]) {
    super(leaks.slice(0, 3).join('\n'))
    this.leaks = leaks
  }
}

function assertNoLeak({ observer }: World): void {
  if (observer.leaks.length > 0) throw new LeakFound(observer.leaks)
}

interface Stage {
  carryOut(step: Step): Promise<void>
  finish(): Promise<void>
}

function createStage(world: World, cast: readonly Participant[]): Stage {
  const { observer, runs } = world
  const hurrying = new Set<Promise<unknown>>()
  let planted = 0

  /** What is not waited for may fail: its socket is dropped, its server restarted. */
  function hurry(work: Promise<unknown>): void {
    const quiet = work.catch(() => {})
    hurrying.add(quiet)
    void quiet.then(() => hurrying.delete(quiet))
  }

  function waitOrHurry(work: Promise<unknown>, hurried: boolean): Promise<unknown> {
    if (!hurried) return work
    hurry(work)
    return Promise.resolve()
  }

  const actor = (number: number): Participant => cast[number] ?? cast[0] ?? nobody()
  const nobody = (): never => {
    throw new Error('Expected a cast of at least one')
  }
  const plant = (who: number, kind: Parameters<typeof canary>[1]): string => canary(who, kind, ++planted)

  /** The newest of them that somebody has: this person, or the next who has any. */
  function whoHas(
    first: number,
    prefix: string,
  ): { readonly participant: Participant; readonly id: string } | undefined {
    for (const { number } of [...cast.slice(first), ...cast.slice(0, first)]) {
      const [id] = observer.idsOf(number, prefix)
      if (id !== undefined) return { participant: actor(number), id }
    }
    return undefined
  }

  async function threadOf(participant: Participant, at: number): Promise<string> {
    const known = participant.threads.at(-1 - at) ?? participant.threads.at(-1)
    if (known !== undefined && at < 2) return known
    const socket = await participant.socket()
    const created = await socket.command({ type: 'thread.create', title: plant(participant.number, 'title') })
    if (!('threadId' in created)) throw new Error(`Expected a thread, got ${JSON.stringify(created)}`)
    participant.threads.push(created.threadId)
    await socket.command({ type: 'thread.open', threadId: created.threadId, after: 0 })
    return created.threadId
  }

  async function attach(
    participant: Participant,
  ): Promise<{ readonly type: 'attachment'; readonly attachmentId: string }> {
    const { text } = await participant.request({
      method: 'POST',
      path: '/v1/attachments',
      headers: { 'x-attachment-name': `${plant(participant.number, 'file')}.txt`, 'content-type': 'text/plain' },
      bytes: `It says ${plant(participant.number, 'file')}.`,
    })
    const { attachmentId } = JSON.parse(text) as { readonly attachmentId: string }
    await participant.request({ method: 'GET', path: `/v1/attachments/${attachmentId}` })
    return { type: 'attachment', attachmentId }
  }

  async function carryOut(step: Step): Promise<void> {
    const participant = actor(step.who)
    switch (step.name) {
      case 'connect':
        await participant.connect(step.door)
        return
      case 'drop':
      case 'leave':
        return participant.hangUp(step.name)
      case 'send': {
        const threadId = await threadOf(participant, step.thread)
        const text = messageFor(step.work, step.who, ++planted)
        const parts =
          step.work === 'file'
            ? [{ type: 'text' as const, text }, await attach(participant)]
            : [{ type: 'text' as const, text }]
        const message = { parts, idempotencyKey: plant(step.who, 'key'), ...(step.anew ? { follows: null } : {}) }
        const sending =
          step.over === 'http'
            ? participant.request({ method: 'POST', path: `/v1/threads/${threadId}/messages`, body: message })
            : participant.socket().then((socket) => socket.command({ type: 'message.send', threadId, ...message }))
        await waitOrHurry(sending, step.hurried)
        return
      }
      case 'plan': {
        const threadId = await threadOf(participant, step.thread)
        const parts = [{ type: 'text' as const, text: plainMessage(step.who, ++planted) }]
        const idempotencyKey = plant(step.who, 'key')
        const socket = await participant.socket()
        await socket.command({ type: 'message.send', threadId, parts, idempotencyKey, agent: 'planner' })
        return
      }
      case 'answer': {
        const asked = whoHas(step.who, 'apr')
        if (asked === undefined) return
        const { participant: asking, id: approvalId } = asked
        const mate = cast.find(({ number }) => step.mate && approves(number, asking.number))
        const answering = mate ?? asking
        // It was shown to them as theirs to answer, and comes back in what they are told about it.
        answering.said.add(approvalId)
        const edited = { input: { value: plant(answering.number, 'payment'), amount: 7 } }
        const answer = {
          decision: step.decision,
          reason: plant(answering.number, 'reason'),
          ...(step.edited && step.decision === 'approved' ? edited : {}),
        }
        await answering.request({ method: 'GET', path: '/v1/approvals' })
        if (step.over === 'http') {
          await answering.request({ method: 'POST', path: `/v1/approvals/${approvalId}`, body: answer })
        } else {
          const socket = await answering.socket()
          await socket.command({ type: 'approval.list' })
          await socket.command({ type: 'approval.get', approvalId })
          await socket.command({ type: 'approval.check', approvalId, ...edited })
          await socket.command({ type: 'approval.answer', approvalId, ...answer })
        }
        return
      }
      case 'stop': {
        const working = whoHas(step.who, 'run')
        if (working === undefined) return
        const { participant: stopping, id: runId } = working
        await waitOrHurry(
          step.over === 'http'
            ? stopping.request({ method: 'POST', path: `/v1/runs/${runId}/stop`, body: {} })
            : stopping.socket().then((socket) => socket.command({ type: 'run.stop', runId })),
          step.hurried,
        )
        return
      }
      case 'follow':
        return participant.follow(await threadOf(participant, step.thread))
      case 'read': {
        const threadId = await threadOf(participant, step.thread)
        const paths = [
          '/v1/me',
          '/v1/tools',
          '/v1/usage',
          '/v1/approvals',
          '/v1/threads',
          `/v1/threads?query=${canary(step.who, 'message', planted)}`,
          // Everybody's, if a search looked further than it may.
          '/v1/threads?query=cnry',
          `/v1/threads/${threadId}/events?after=0&limit=500`,
        ]
        await Promise.all(paths.map((path) => participant.request({ method: 'GET', path })))
        const socket = await participant.socket()
        await Promise.all([
          socket.command({ type: 'thread.open', threadId, last: 4 }),
          socket.command({ type: 'thread.read', threadId, before: 9 }),
          socket.command({ type: 'approval.list' }),
          socket.command({ type: 'tools.list' }),
          socket.command({ type: 'usage.get' }),
        ])
        return
      }
      case 'rename': {
        const threadId = await threadOf(participant, step.thread)
        await (await participant.socket()).command({
          type: 'thread.rename',
          threadId,
          title: plant(step.who, 'title'),
        })
        return
      }
      case 'delete': {
        const threadId = participant.threads.at(-1 - step.thread)
        if (threadId === undefined) return
        participant.threads.splice(participant.threads.indexOf(threadId), 1)
        if (step.over === 'http') await participant.request({ method: 'DELETE', path: `/v1/threads/${threadId}` })
        else await (await participant.socket()).command({ type: 'thread.delete', threadId })
        return
      }
      case 'offer': {
        const inputSchema = { type: 'object', properties: { value: { type: 'string' } } }
        const described = { description: `Looks at ${plant(step.who, 'offer')}.`, inputSchema, effect: 'read' as const }
        const tools = ['look_at_page', plant(step.who, 'offer')].map((name) => ({ name, ...described }))
        await (await participant.socket()).command({ type: 'tools.offer', tools })
        return
      }
      case 'sign out': {
        const body = step.everywhere ? { everywhere: true } : {}
        await participant.request({ method: 'POST', path: '/v1/sign-out', body })
        participant.forgetToken()
        return
      }
      case 'revoke': {
        const { tenant } = personAt(step.who)
        const { user } = personAt(step.whom)
        const { status } = await participant.request({ method: 'POST', path: '/v1/revocations', body: { user } })
        const revoked = numberOf({ tenant, user })
        if (status === 201 && revoked !== undefined) actor(revoked).forgetToken()
        return
      }
      case 'pry':
        if (step.whom !== step.who) await pry(observer, participant, actor(step.whom))
        return
      case 'operate':
        return operate()
      case 'settle':
        await Promise.all(hurrying)
        return runs.settled()
      case 'restart':
        await world.restart()
        await Promise.all(cast.map((each) => each.leave()))
        return
      default:
        step satisfies never
    }
  }

  /** Read by somebody who may, and as what nobody's content may be in. */
  async function operate(): Promise<void> {
    const { health, metrics } = world.server
    observer.see({ kind: 'metrics', of: 'nobody' }, await metrics.text())
    observer.see({ kind: 'health', of: 'nobody' }, JSON.stringify(health.details()))
    const operator = actor(0)
    await operator.request({ method: 'GET', path: '/metrics', operating: 'metrics' })
    await operator.request({ method: 'GET', path: '/health', operating: 'health' })
  }

  return {
    carryOut,
    async finish() {
      await within(Promise.all(hurrying), 'what was not waited for')
      await within(runs.settled(), 'runs to come to rest', runs.going)
      for (const { runId, owner } of runs.unended()) {
        const participant = actor(numberOf(owner) ?? 0)
        await participant.request({ method: 'POST', path: `/v1/runs/${runId}/stop`, body: {} })
      }
      await within(runs.ended(), 'runs to end', runs.going)
      for (const participant of cast) {
        for (const threadId of participant.threads) {
          await participant.request({ method: 'GET', path: `/v1/threads/${threadId}/events?limit=500` })
        }
      }
      await operate()
    },
  }
}
