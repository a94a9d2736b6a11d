import { Socket } from 'node:net'
import { queryObjects } from 'node:v8'
import { defineTool } from 'toolcrib'
import { createClient } from 'toolcrib/client'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ask, bearer, type ServerFixture, signIn, socketUrl, startFixture } from '../apps/server/src/server.fixture.ts'
import type { RunningServer } from '../apps/server/src/server.ts'
import { turns } from './limits/limited-server.ts'

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: { type: 'object' },
  effect: 'read',
  execute: () => 2,
})

describe('a server that people come to and leave', () => {
  it('holds after 200 of them what it held after 20: no scope, run, connection, timer, listener or socket more [OPS-08]', async () => {
    const model = createScriptedModel(
      ({ messages }) => (messages.at(-1)?.role === 'tool' ? { text: 'Two.' } : { calls: [{ tool: 'add' }] }),
      { record: false },
    )
    await using fixture = await startFixture({
      config: { tools: [add], limits: { signInsPerMinute: 10_000 } },
      parts: { model },
    })
    await comeAndGo(fixture, 20)
    const before = await holdings(fixture.server)

    await comeAndGo(fixture, 180)

    const after = await holdings(fixture.server)
    const grown = Object.entries(after.objects).filter(([name, count]) => count > (before.objects[name] ?? 0) + atOnce)
    // What `fetch` keeps open for the next to come is no more than come at once.
    expect(grown).toEqual([])
    expect(after.open).toEqual(before.open)
    expect(before.open).toEqual({ app: 1, tenant: 0, user: 0, connection: 0, run: 0, call: 0, resources: 0 })
  }, 120_000)
})

let visitors = 0

const atOnce = 10

/** Each is somebody new: connects, chats, has a tool called, and leaves. */
async function comeAndGo({ url }: ServerFixture, count: number): Promise<void> {
  for (let come = 0; come < count; come += atOnce) {
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        visitors += 1
        const { token } = await signIn(url, `visitor ${visitors}`)
        await using client = createClient({
          url: socketUrl(url),
          connect: (address, protocols) => new WebSocket(address, [...protocols], { headers: bearer(token) }),
        })
        await ask(client, (await client.createThread()).threadId, 'Add one and one.')
      }),
    )
  }
}

/** What is there when nothing goes on. */
async function holdings({ registry, supervisor, gateway }: RunningServer): Promise<{
  readonly open: Readonly<Record<string, number>>
  readonly objects: Readonly<Record<string, number>>
}> {
  const open = (): Readonly<Record<string, number>> => {
    const { scopes, resources } = registry.metrics()
    const kinds = Object.entries(scopes.byKind).map(([kind, counts]) => [kind, counts.open])
    return { ...Object.fromEntries(kinds), resources: resources.open }
  }
  const isBusy = (): boolean =>
    supervisor.active().length + gateway.connections().length > 0 || (open().tenant ?? 0) > 0
  for (let turn = 0; isBusy() && turn < 10_000; turn++) await turns(1)
  globalThis.gc?.()
  await turns(10)
  return {
    open: open(),
    objects: {
      sockets: countOf(Socket),
      webSockets: countOf(WebSocket),
      controllers: countOf(AbortController),
      timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    },
  }
}

/** Objects of a class that are still reachable. */
function countOf(made: abstract new (...args: never[]) => unknown): number {
  return queryObjects(made, { format: 'count' }) as unknown as number
}
