import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../agent/ports.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { ServerFrame, ToolCall } from '../protocol/frames.ts'
import type { OfferedTool } from '../protocol/offered-tool.ts'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

const users = ['ann', 'bob'] as const
type User = (typeof users)[number]

/** Of a user's two connections, by index. */
interface Place {
  readonly user: User
  readonly seat: 0 | 1
}

type Action = Place & {
  readonly type: 'connect' | 'drop' | 'offer' | 'withdraw' | 'send' | 'stop' | 'answer' | 'fail' | 'steal' | 'wait'
}

const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.record({
    type: fc.constantFrom(
      ...(['connect', 'drop', 'offer', 'offer', 'withdraw', 'send', 'send', 'send', 'stop'] as const),
      ...(['answer', 'answer', 'answer', 'answer', 'fail', 'steal', 'steal', 'wait'] as const),
    ),
    user: fc.constantFrom(...users),
    seat: fc.constantFrom(0 as const, 1 as const),
  }),
  { minLength: 10, maxLength: 40, size: 'max' },
)

const places: readonly Place[] = users.flatMap((user) => [
  { user, seat: 0 },
  { user, seat: 1 },
])

/** Everybody is there, and some offer their tool from the beginning. */
const schedules = fc
  .tuple(fc.subarray([...places], { minLength: 1 }), actions)
  .map(([offering, rest]): readonly Action[] => [
    ...places.map((place) => ({ ...place, type: 'connect' as const })),
    ...offering.map((place) => ({ ...place, type: 'offer' as const })),
    ...rest,
  ])

function canaryOf(user: User): string {
  return `the canary of ${user}`
}

function toolOf(user: User): OfferedTool {
  return {
    name: 'look',
    description: `Looks around for ${canaryOf(user)}.`,
    inputSchema: { type: 'object' },
    effect: 'read',
  }
}

/** Calls the page's tool twice, whatever there is, and then answers. */
function lookTwice({ messages }: ModelRequest): ScriptedStep {
  const results = messages
    .slice(messages.findLastIndex(({ role }) => role === 'user'))
    .filter(({ role }) => role === 'tool')
  return results.length < 2
    ? {
        calls: [
          { tool: 'look', input: {} },
          { tool: 'look', input: {} },
        ],
      }
    : { text: 'Done.' }
}

interface Room extends AsyncDisposable {
  carryOut(action: Action): Promise<void>
  /** Everything that any connection of a user was ever sent. */
  sentTo(user: User): readonly ServerFrame[]
  readonly threads: Readonly<Record<User, string>>
  /** Leaves with all connections. */
  empty(): Promise<void>
}

async function openRoom(server: TestServer): Promise<Room> {
  const seats = new Map<string, RawSocket>()
  const answered = new Set<string>()
  const everybody: { readonly user: User; readonly socket: RawSocket }[] = []
  const threads = {
    ann: (await server.supervisor.createThread(server.principal('ann'))).threadId,
    bob: (await server.supervisor.createThread(server.principal('bob'))).threadId,
  }
  const keyOf = ({ user, seat }: Place): string => `${user} ${seat}`

  async function drop(place: Place): Promise<void> {
    const socket = seats.get(keyOf(place))
    seats.delete(keyOf(place))
    socket?.ws.terminate()
    await socket?.closed
  }

  async function carryOut(action: Action): Promise<void> {
    const { user } = action
    const socket = seats.get(keyOf(action))
    if (action.type === 'connect') {
      await drop(action)
      const made = await server.socket(server.issue(user))
      seats.set(keyOf(action), made)
      everybody.push({ user, socket: made })
      await made.command({ type: 'thread.open', threadId: threads[user], after: 0 })
      return
    }
    if (socket === undefined) return
    // Whoever of the user was asked; the oldest that has no answer.
    const asked = everybody
      .filter((one) => one.user === user && [...seats.values()].includes(one.socket))
      .flatMap((one) => one.socket.frames.filter(isCall).map(({ callId }) => ({ callId, socket: one.socket })))
      .find(({ callId }) => !answered.has(callId)) ?? { callId: 'call_none', socket }
    const { callId } = asked
    switch (action.type) {
      case 'drop':
        return drop(action)
      case 'offer':
        return void (await socket.command({ type: 'tools.offer', tools: [toolOf(user)] }))
      case 'withdraw':
        return void (await socket.command({ type: 'tools.offer', tools: [] }))
      case 'send':
        await socket.say(threads[user], 'look')
        return void (await socket.command({ type: 'ping' }))
      case 'stop': {
        const runId = server.supervisor.active().find(({ owner }) => owner.user === user)?.runId
        return void (await socket.command({ type: 'run.stop', runId: runId ?? 'run_none' }))
      }
      case 'answer':
        answered.add(callId)
        await asked.socket.command({ type: 'tool.result', callId, output: canaryOf(user) })
        return void (await asked.socket.command({ type: 'ping' }))
      case 'fail':
        answered.add(callId)
        return void (await asked.socket.command({ type: 'tool.result', callId, error: { message: canaryOf(user) } }))
      case 'steal': {
        const theirs = everybody.flatMap((one) => (one.socket === socket ? [] : one.socket.frames)).filter(isCall)
        return void (await socket.command({
          type: 'tool.result',
          callId: theirs.at(-1)?.callId ?? 'call_none',
          output: `stolen by ${user}`,
        }))
      }
      default:
        return void (await socket.command({ type: 'ping' }))
    }
  }

  const empty = async (): Promise<void> => {
    for (const place of places) await drop(place)
  }
  return {
    carryOut,
    sentTo: (user) => everybody.filter((one) => one.user === user).flatMap(({ socket }) => socket.frames),
    threads,
    empty,
    [Symbol.asyncDispose]: empty,
  }
}

function isCall(frame: ServerFrame): frame is ToolCall {
  return frame.type === 'tool.call'
}

async function logOf(server: TestServer, user: User, threadId: string): Promise<readonly LoggedEvent[]> {
  return server.supervisor.readEvents(server.principal(user), threadId, { after: 0, limit: 10_000 })
}

describe('tools of connections, whatever comes in between', () => {
  it('end each call once and truly, reach nobody else, and leave nothing behind [CONN-12, RUN-02, CONN-10]', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        await using server = await startTestServer({
          model: createScriptedModel(lookTwice, { record: false }),
          limits: { commandBurst: 1_000 },
          runLimits: { stopGraceMs: 0 },
        })
        await using room = await openRoom(server)

        for (const action of schedule) await room.carryOut(action)
        await room.empty()
        await server.gateway.drain()
        await server.supervisor.drain(5_000)

        for (const user of users) {
          const other = user === 'ann' ? 'bob' : 'ann'
          const log = await logOf(server, user, room.threads[user])
          const runs = log.filter(({ event }) => event.type === 'message_added').length
          const ends = log.filter(({ event }) => event.type === 'agent_completed')
          const outcomes = log.flatMap(({ event }) => (event.type === 'tool_completed' ? [event.outcome] : []))
          expect(checkContract(log)).toEqual([])
          expect(ends).toHaveLength(runs)
          expect(outcomes.filter((outcome) => !mayEndAs.has(outcome))).toEqual([])
          expect(JSON.stringify([log, room.sentTo(user)])).not.toContain(canaryOf(other))
          expect(JSON.stringify(log)).not.toContain('stolen')
          expect(
            room
              .sentTo(user)
              .filter(isCall)
              .filter(({ threadId }) => threadId !== room.threads[user]),
          ).toEqual([])
        }
        expectNoLeaks(server.registry)
        expect(server.registry.metrics().entries).toBe(0)
        expect(server.complaints.filter(({ message }) => !message.includes('settled after all'))).toEqual([])
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

const mayEndAs: ReadonlySet<string> = new Set(['ok', 'failed', 'refused', 'cancelled', 'abandoned', 'unknown'])
