/** The whole server, as people use it, in a process of its own that can be weighed. @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineTool } from 'toolcrib'
import { createScriptedModel } from 'toolcrib/testing'
import { parseConfig } from '../../apps/server/src/config.ts'
import { createLog } from '../../apps/server/src/log.ts'
import { type RunningServer, startServer } from '../../apps/server/src/server.ts'
import { settledHeap } from '../measure.ts'
import { answerParent } from './processes.ts'

/** What should come back to nothing: scopes by kind, what they own, runs and connections. */
export type Open = Readonly<Record<string, number>>

export interface Weight {
  readonly rss: number
  readonly heap: number
  /** Of buffers, which are not on the heap. */
  readonly outside: number
  readonly open: Open
  /** Timers, sockets and the like, by type. */
  readonly handles: Readonly<Record<string, number>>
}

const input = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } } as const
const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input,
  effect: 'read',
  execute: ({ a, b }) => Number(a) + Number(b),
})
const wipe = defineTool({
  name: 'wipe',
  description: 'Wipes everything, once somebody has agreed.',
  input,
  effect: 'destructive',
  execute: () => 'wiped',
})
const long = 'the quick brown fox '.repeat(400)

/** A message of one word is answered with the call of that tool; `long`, with much text. */
const model = createScriptedModel(
  ({ messages }) => {
    const last = messages.at(-1)
    if (last?.role !== 'user') return { text: 'That is done.' }
    const [part] = last.parts
    const word = part !== undefined && 'text' in part ? part.text : ''
    if (word === 'long') return { text: Array.from({ length: 16 }, () => long) }
    return { text: 'Let me see.', calls: [{ tool: word, input: { a: 1, b: 2 } }] }
  },
  { record: false },
)

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let server: RunningServer | undefined
let ended = 0

const answers = {
  async listen({ maxBufferedBytes }: { readonly maxBufferedBytes?: number }): Promise<{
    readonly port: number
    readonly dataFolder: string
  }> {
    const limits = { ...(maxBufferedBytes === undefined ? {} : { maxBufferedBytes }), maxOpenThreads: 1_000 }
    const config = parseConfig({ port: 0, dataFolder: folder, tools: [add, wipe], limits }, { env: {}, folder })
    server = await startServer(config, { model, log: createLog({ level: 'warn' }) })
    server.supervisor.subscribe((notice) => {
      if (notice.type === 'events')
        ended += notice.events.filter(({ event }) => event.type === 'agent_completed').length
    })
    return { port: server.port, dataFolder: folder }
  },
  runsEnded: (): number => ended,
  open: (): Open => openAt(listening()),
  async weigh(): Promise<Weight> {
    const heap = await settledHeap()
    const { rss, arrayBuffers } = process.memoryUsage()
    return {
      rss,
      heap,
      outside: arrayBuffers,
      open: openAt(listening()),
      handles: countOf(process.getActiveResourcesInfo()),
    }
  },
}
export type MemoryServer = typeof answers
answerParent(answers, { maxLifeMs: 3_600_000 })

function listening(): RunningServer {
  if (server === undefined) throw new Error('Expected the server to listen')
  return server
}

function openAt({ registry, supervisor, gateway }: RunningServer): Open {
  const { scopes, resources } = registry.metrics()
  const kinds = Object.entries(scopes.byKind).filter(([kind]) => kind !== 'app')
  return {
    ...Object.fromEntries(kinds.map(([kind, { open }]) => [`${kind} scopes`, open])),
    resources: resources.open,
    runs: supervisor.active().length,
    connections: gateway.connections().length,
  }
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
