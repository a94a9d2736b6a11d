import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'toolcrib/client'
import { checkContract, type LoggedEvent, type ThreadEvent } from 'toolcrib/protocol'
import { describe, expect, it, vi } from 'vitest'
import { connectClient, signIn, temporaryFolder } from './server.fixture.ts'
import { type Started, start } from './server-process.fixture.ts'

// Whole processes start here, several in a test, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 })

interface Reader extends Disposable {
  /** What the person has been shown, over however many connections. */
  readonly events: readonly LoggedEvent[]
  readonly goodbyes: readonly { readonly code: string; readonly reconnectAfterMs: number | null }[]
  until(type: ThreadEvent['type']): Promise<ThreadEvent>
}

function read(client: Client, threadId: string): Reader {
  const events: LoggedEvent[] = []
  const goodbyes: { code: string; reconnectAfterMs: number | null }[] = []
  let wake = Promise.withResolvers<void>()
  const view = client.openThread(threadId, {
    onEvent(event) {
      events.push(event)
      wake.resolve()
    },
  })
  const farewell = client.onGoodbye(({ code, reconnectAfterMs }) => void goodbyes.push({ code, reconnectAfterMs }))
  return {
    events,
    goodbyes,
    async until(type) {
      for (;;) {
        const found = events.find(({ event }) => event.type === type)
        if (found !== undefined) return found.event
        await wake.promise
        wake = Promise.withResolvers()
      }
    },
    [Symbol.dispose]() {
      view[Symbol.dispose]()
      farewell[Symbol.dispose]()
    },
  }
}

/** The server that was told to stop, and the next one at its address. */
async function deploy(
  server: Started,
  folder: string,
): Promise<{ readonly code: number | null; readonly next: Started }> {
  server.process.kill('SIGTERM')
  const { code } = await server.ended
  await writeFile(join(folder, 'deployed'), '')
  return { code, next: await start({ folder, port: Number(new URL(server.url).port) }) }
}

function types(events: readonly LoggedEvent[]): readonly string[] {
  return events.map(({ event }) => event.type).filter((type) => type !== 'thread_renamed')
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
}

describe('a deploy in the middle of a run', () => {
  it('lets the step at hand end, hands the run over, and the next server goes on with it [RUN-14]', async () => {
    await using place = await temporaryFolder()
    const { folder } = place
    await writeFile(join(folder, 'toolcrib.config.ts'), configOf({ effect: 'write', takesMs: 700 }))
    await using server = await start({ folder })
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread('A thread')
    using reader = read(client, threadId)
    await client.send(threadId, 'Take your time')
    await reader.until('tool_executing')

    const { code, next } = await deploy(server, folder)
    await using _next = next
    const end = await reader.until('agent_completed')

    expect(code).toBe(0)
    expect((await server.ended).stdout).toContain('Stopping; 1 at work')
    expect(reader.goodbyes).toEqual([{ code: 'DRAINING', reconnectAfterMs: expect.any(Number) }])
    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'Done.' }] } })
    // Not made twice: what it wrote, it wrote once.
    expect(linesOf(join(folder, 'keys'))).toHaveLength(1)
    expect(reader.events.map(({ seq }) => seq)).toEqual(reader.events.map((_, index) => index + 1))
    expect(checkContract(reader.events)).toEqual([])
    expect(types(reader.events).filter((type) => type === 'agent_completed')).toHaveLength(1)
  })

  it('cuts a call that outlasts drainMs, and the next server makes it again under its key when it may [RUN-14]', async () => {
    await using place = await temporaryFolder()
    const { folder } = place
    await writeFile(join(folder, 'toolcrib.config.ts'), configOf({ effect: 'read', takesMs: 2_000_000_000 }))
    await using server = await start({ folder })
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread('A thread')
    using reader = read(client, threadId)
    await client.send(threadId, 'Take your time')
    await reader.until('tool_executing')

    const { code, next } = await deploy(server, folder)
    await using _next = next
    const end = await reader.until('agent_completed')

    const keys = linesOf(join(folder, 'keys'))
    expect([code, end]).toMatchObject([0, { outcome: 'completed' }])
    expect(keys).toEqual([keys[0], keys[0]])
    expect(types(reader.events).filter((type) => type === 'tool_executing')).toHaveLength(2)
    expect(await reader.until('tool_completed')).toMatchObject({ outcome: 'ok', output: 'there' })
    expect(checkContract(reader.events)).toEqual([])
  })

  it('cuts a call that outlasts drainMs, and says that nobody knows when it may not be made again [RUN-14]', async () => {
    await using place = await temporaryFolder()
    const { folder } = place
    await writeFile(join(folder, 'toolcrib.config.ts'), configOf({ effect: 'write', takesMs: 2_000_000_000 }))
    await using server = await start({ folder })
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread('A thread')
    using reader = read(client, threadId)
    await client.send(threadId, 'Take your time')
    await reader.until('tool_executing')

    const { next } = await deploy(server, folder)
    await using _next = next
    const end = await reader.until('agent_completed')

    expect(end).toMatchObject({ outcome: 'completed' })
    expect(await reader.until('tool_completed')).toMatchObject({ outcome: 'unknown' })
    expect(linesOf(join(folder, 'keys'))).toHaveLength(1)
    expect(checkContract(reader.events)).toEqual([])
  })

  it('voids what was half said, and the next server says it anew [RUN-13] [RUN-14]', async () => {
    await using place = await temporaryFolder()
    const { folder } = place
    await writeFile(join(folder, 'toolcrib.config.ts'), configOf({ effect: 'read', takesMs: 1, stalls: true }))
    await using server = await start({ folder })
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread('A thread')
    using reader = read(client, threadId)
    await client.send(threadId, 'Take your time')
    await reader.until('agent_message')

    const { next } = await deploy(server, folder)
    await using _next = next
    const end = await reader.until('agent_completed')

    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'Done.' }] } })
    expect(types(reader.events)).toContain('agent_rewound')
    expect(checkContract(reader.events)).toEqual([])
  })
})

describe('a server that is killed in the middle of a run', () => {
  it('is followed by one that goes on, and its reader misses nothing [RUN-03] [RUN-07]', async () => {
    await using place = await temporaryFolder()
    const { folder } = place
    await writeFile(join(folder, 'toolcrib.config.ts'), configOf({ effect: 'read', takesMs: 2_000_000_000 }))
    await using server = await start({ folder })
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread('A thread')
    using reader = read(client, threadId)
    await client.send(threadId, 'Take your time')
    await reader.until('tool_executing')

    server.process.kill('SIGKILL')
    await server.ended
    await writeFile(join(folder, 'deployed'), '')
    await using _next = await start({ folder, port: Number(new URL(server.url).port) })
    const end = await reader.until('agent_completed')

    expect(end).toMatchObject({ outcome: 'completed' })
    expect(linesOf(join(folder, 'keys'))).toHaveLength(2)
    expect(new Set(linesOf(join(folder, 'keys'))).size).toBe(1)
    expect(reader.events.map(({ seq }) => seq)).toEqual(reader.events.map((_, index) => index + 1))
    expect(checkContract(reader.events)).toEqual([])
  })
})

interface ConfigOptions {
  readonly effect: 'read' | 'write'
  /** How long the tool takes in the first server; in the next one it answers at once. */
  readonly takesMs: number
  /** Whether the model says half of its answer first and no more, in the first server. */
  readonly stalls?: boolean
}

/** A tool and a model that notice, by a file, that the next server is running. */
function configOf({ effect, takesMs, stalls = false }: ConfigOptions): string {
  return `
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, defineTool } from 'toolcrib'
const isNext = () => existsSync(join(import.meta.dirname, 'deployed'))
const slow = defineTool({
  name: 'slow', description: 'Takes its time.', input: { type: 'object' }, effect: '${effect}', timeoutMs: 120_000,
  execute(_, call) {
    appendFileSync(join(import.meta.dirname, 'keys'), call.idempotencyKey + '\\n')
    return isNext() ? 'there' : new Promise((resolve) => setTimeout(() => resolve('there'), ${takesMs}))
  },
})
const model = {
  name: 'slow-model',
  async *stream({ messages }) {
    const usage = { inputTokens: 1, outputTokens: 1 }
    if (${stalls} && !isNext()) {
      yield { type: 'text', delta: 'Half of an' } as const
      await new Promise((resolve) => setTimeout(resolve, 2_000_000_000))
    }
    if (${stalls} || messages.some(({ role }) => role === 'tool')) {
      yield { type: 'text', delta: 'Done.' } as const
      yield { type: 'finish', reason: 'stop', usage } as const
      return
    }
    yield { type: 'call', tool: 'slow', input: {} } as const
    yield { type: 'finish', reason: 'calls', usage } as const
  },
}
export default defineConfig({
  tools: [slow],
  limits: { drainMs: ${takesMs > 10_000 || stalls ? 200 : 20_000}, stopGraceMs: 100 },
  agents: [{ name: 'assistant', description: 'd', instructions: 'i', tools: ['*'], model }],
})
`
}
