/**
 * What people do, as data: they connect, chat, have tools work, stop, drop and leave, in any order. The law (L4): whatever
 * was done, once all are gone nothing is open.
 *
 * @module
 */
import fc from 'fast-check'
import type { Lifetime } from 'toolcrib'
import { defineTool, type Tool } from 'toolcrib'
import { textsOf } from 'toolcrib/protocol'
import { createScriptedModel, type RawSocket, type ScriptedModel, type TestServer } from 'toolcrib/testing'
import { turns } from '../limits/limited-server.ts'

export type Action =
  | { readonly type: 'connect'; readonly user: string }
  | { readonly type: 'chat' | 'work' | 'hang' | 'stop' | 'drop' | 'leave' | 'wait'; readonly who: number }

export const visits: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('connect' as const), user: fc.constantFrom('ann', 'bob') }),
    fc.record({
      type: fc.constantFrom(
        'chat' as const,
        'work' as const,
        'hang' as const,
        'stop' as const,
        'drop' as const,
        'leave' as const,
        'wait' as const,
      ),
      who: fc.nat(5),
    }),
  ),
  { minLength: 1, maxLength: 14 },
)

/** What the tools opened and closed, by lifetime. */
export interface Holdings {
  readonly tools: readonly Tool[]
  readonly open: { readonly [L in Lifetime]?: number }
}

export function createHoldings(): Holdings {
  const open: { [L in Lifetime]?: number } = {}
  const make = (lifetime: Lifetime): Tool =>
    defineTool({
      name: `hold_${lifetime}`,
      description: 'Holds something.',
      input: { type: 'object' },
      effect: 'read',
      lifetime,
      open() {
        open[lifetime] = (open[lifetime] ?? 0) + 1
        return {
          async [Symbol.asyncDispose]() {
            await turns(1)
            open[lifetime] = (open[lifetime] ?? 0) - 1
          },
        }
      },
      execute: () => 'held',
    })
  const hang = defineTool({
    name: 'hang',
    description: 'Goes on until it is told to stop.',
    input: { type: 'object' },
    effect: 'read',
    execute: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'))),
  })
  return { tools: [make('app'), make('user'), make('run'), make('connection'), hang], open }
}

export function createVisitModel(): ScriptedModel {
  return createScriptedModel(
    ({ messages }) => {
      const last = messages.at(-1)
      if (last?.role !== 'user') return { text: 'Done.' }
      switch (textsOf(last.parts)[0]) {
        case 'work':
          return { calls: ['app', 'user', 'run', 'connection'].map((lifetime) => ({ tool: `hold_${lifetime}` })) }
        case 'hang':
          return { text: 'Well', calls: [{ tool: 'hang' }, { tool: 'hold_run' }] }
        default:
          return { text: 'Hello.' }
      }
    },
    { record: false },
  )
}

/** Does it all, then hangs up, stops what is left, and waits until that has ended. */
export async function carryOut(actions: readonly Action[], server: TestServer): Promise<void> {
  const sockets: { readonly socket: RawSocket; threadId?: string }[] = []
  for (const action of actions) {
    if (action.type === 'connect') {
      sockets.push({ socket: await server.socket(server.issue(action.user)) })
      continue
    }
    const seat = sockets[action.who % Math.max(1, sockets.length)]
    if (seat === undefined || seat.socket.ws.readyState !== seat.socket.ws.OPEN) continue
    const { socket } = seat
    switch (action.type) {
      case 'chat':
      case 'work':
      case 'hang':
        seat.threadId ??= await socket.openNewThread()
        // Not waited for: what comes next may meet it half-way.
        socket.say(seat.threadId, action.type).catch(() => {})
        break
      case 'stop':
        for (const { principal, runId } of server.supervisor.active()) void server.supervisor.stop(principal, runId)
        break
      case 'drop':
        socket.ws.terminate()
        break
      case 'leave':
        socket.ws.close()
        break
      case 'wait':
        await turns(10)
        break
      default:
        action satisfies never
    }
  }
  for (const { socket } of sockets) socket.ws.terminate()
  await Promise.all(sockets.map(({ socket }) => socket.closed))
  await comeToRest(server, ['connection', 'run', 'call'])
}

/** Until no scope of these kinds is open, or for so long that one never will be closed. */
export async function comeToRest({ registry, supervisor }: TestServer, kinds: readonly string[]): Promise<void> {
  const isBusy = (): boolean => kinds.some((kind) => (registry.metrics().scopes.byKind[kind]?.open ?? 0) > 0)
  for (let turn = 1; isBusy() && turn <= 10_000; turn++) {
    for (const { principal, runId } of supervisor.active()) void supervisor.stop(principal, runId)
    await turns(1)
  }
}
