/**
 * One server on its own data folder with everything of it watched, which can be stopped and started again. The law: nothing
 * but the model's words, the tools and the log's destination differs from a server that people use.
 *
 * @module
 */
import { join } from 'node:path'
import type { Tool } from 'toolcrib'
import type { Model, Store } from 'toolcrib/agent'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { parseConfig } from '../../apps/server/src/config.ts'
import { createLog } from '../../apps/server/src/log.ts'
import { temporaryFolder } from '../../apps/server/src/server.fixture.ts'
import { type RunningServer, startServer } from '../../apps/server/src/server.ts'
import { createObserver, type Observer } from './observer.ts'
import { numberOf } from './people.ts'
import { seeRows } from './rows.ts'
import { createRunStates, type RunStates } from './run-states.ts'
import { createWorkTools } from './work-tools.ts'
import { maxOutputBytes, stopGraceMs } from './works.ts'
import { createWorksModel } from './works-model.ts'

export interface World {
  readonly observer: Observer
  readonly runs: RunStates
  readonly server: RunningServer
  readonly url: string
  readonly dataFolder: string
  /** Stops the server and starts another on the same data. Sockets are gone then. */
  restart(): Promise<void>
  /** Stops the server, reads what is on its disk, and removes that. */
  close(): Promise<void>
}

/** Broken parts, for the proof of the proof. */
export interface WorldParts {
  readonly store?: (store: Store) => Store
  readonly model?: (model: Model) => Model
  readonly tools?: (tools: readonly Tool[]) => readonly Tool[]
}

export async function openWorld(parts: WorldParts = {}): Promise<World> {
  const observer = createObserver()
  const runs = createRunStates()
  await using opened = new AsyncDisposableStack()
  const { folder } = opened.use(await temporaryFolder())
  opened.use(watchOutput(observer))
  const dataFolder = join(folder, 'data')
  const works = createWorksModel(observer)
  const model = parts.model?.(works) ?? works
  const own = createWorkTools(observer, model)
  const tools = parts.tools?.(own) ?? own
  let running = await start()

  const owned = opened.move()
  return {
    observer,
    runs,
    dataFolder,
    get server() {
      return running.server
    },
    get url() {
      return running.server.url
    },
    async restart() {
      await running.stop()
      running = await start()
      const { supervisor } = running.server
      await runs.catchUp(async (owner, threadId) => {
        const threads = await supervisor.listThreads({ ...owner, roles: [], scopes: [] })
        return threads.find((thread) => thread.threadId === threadId)?.activeRunId ?? null
      })
    },
    async close() {
      await using _all = owned
      await running.stop()
      seeRows(observer, join(dataFolder, 'toolcrib.db'))
    },
  }

  async function start(): Promise<{ readonly server: RunningServer; stop(): Promise<void> }> {
    const config = parseConfig(
      {
        port: 0,
        dataFolder,
        tools,
        logLevel: 'debug',
        agents: [
          { name: 'assistant', description: 'Does what is asked.', instructions: 'Do it.', tools: ['*'] },
          { name: 'planner', description: 'Built in.', instructions: 'Do it.', tools: ['*'], model: 'builtin' },
        ],
        policy: {
          allow: [{ roles: ['user'], tools: ['*'] }],
          approve: ['effect:destructive', { tools: ['pay'], by: { roles: ['finance'], requester: true } }],
        },
        limits: { ...highLimits, maxOutputBytes, stopGraceMs },
      },
      { env: {}, folder },
    )
    const log = createLog({
      level: 'debug',
      destination: { write: (line) => observer.see({ kind: 'log line', of: 'nobody' }, line) },
    })
    const store =
      parts.store === undefined ? {} : { store: parts.store(await createSqliteStore({ folder: dataFolder })) }
    const server = await startServer(config, { log, model, ...store })
    const audit = server.registry.subscribe((record) =>
      observer.see({ kind: 'audit record', of: 'nobody', where: record.type }, inFull(record)),
    )
    const notices = server.supervisor.subscribe((notice) => {
      runs.hear(notice)
      const of = numberOf(notice.owner) ?? 'nobody'
      observer.see({ kind: 'notice', of, where: notice.type }, JSON.stringify(notice))
    })
    return {
      server,
      async stop() {
        // The audit is heard to the very end: its registry closes with the server.
        await server.close({ drainMs: 0 })
        notices[Symbol.dispose]()
        audit[Symbol.dispose]()
      },
    }
  }
}

/** Nobody is turned away for asking much: who gets what is the question here. */
const highLimits = {
  commandsPerSecond: 10_000,
  commandBurst: 100_000,
  maxPendingCommands: 10_000,
  signInsPerMinute: 100_000,
  maxConnectionsPerUser: 1_000,
}

/** With the errors in it, which JSON leaves out. */
function inFull(record: object): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    value instanceof Error ? { code: 'code' in value ? value.code : '', stack: value.stack } : value,
  )
}

/** Whatever is written past the log. */
function watchOutput(observer: Observer): Disposable {
  const restores = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream) as (...written: readonly unknown[]) => boolean
    const original = Object.getOwnPropertyDescriptor(stream, 'write')
    stream.write = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
      observer.see({ kind: 'output of the process', of: 'nobody' }, String(chunk))
      return write(chunk, ...rest)
    }
    return () => {
      if (original === undefined) Reflect.deleteProperty(stream, 'write')
      else Object.defineProperty(stream, 'write', original)
    }
  })
  return {
    [Symbol.dispose]: () => {
      for (const restore of restores) restore()
    },
  }
}
