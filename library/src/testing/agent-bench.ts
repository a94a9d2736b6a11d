/**
 * A supervisor on a bench: memory store, manual clock, scripted model. The law: when it is cleared away, every scope it had
 * opened is closed and every timer it had set is gone, or it throws.
 *
 * @module
 */
import { createMemoryStore } from '../adapters/store/memory.ts'
import { type Agent, defineAgent, type RunLimits } from '../agent/agent.ts'
import { createSupervisor, type SupervisorOptions } from '../agent/create-supervisor.ts'
import type { Logger, Model, Store } from '../agent/ports.ts'
import type { LateCall } from '../agent/run-context.ts'
import type { Supervisor } from '../agent/supervisor.ts'
import { innermost } from '../agent/thread-events.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { Policy } from '../policy/policy.ts'
import type { AgentCompleted, LoggedEvent, ThreadEvent, ThreadEventType, ToolCompleted } from '../protocol/events.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import { createToolRegistry } from '../tool/tool-registry.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createScriptedModel, type Script, type ScriptedModel } from './scripted-model.ts'

export interface AgentBenchOptions {
  readonly script?: Script
  readonly model?: Model
  readonly tools?: readonly Tool[]
  /** Default: everybody may use everything, and `destructive` calls wait for a person. */
  readonly policy?: Policy
  /** Beside `assistant`, which has the script. */
  readonly agents?: readonly Agent[]
  readonly limits?: Partial<RunLimits>
  readonly store?: Store
  readonly clock?: ManualClock
  readonly supervisor?: Partial<SupervisorOptions>
}

export interface AgentBench extends AsyncDisposable {
  readonly supervisor: Supervisor
  readonly store: Store
  readonly clock: ManualClock
  readonly registry: Registry<Tool>
  readonly model: ScriptedModel
  readonly late: readonly LateCall[]
  readonly logged: readonly { readonly level: string; readonly fields: object; readonly message: string }[]
  /** Sends a message on a new thread. */
  ask(text?: string, principal?: Principal): Promise<Asked>
  /** Everything on a thread, from the store. */
  events(threadId: string, principal?: Principal): Promise<readonly LoggedEvent[]>
  /** Resolves with the first event, past or coming, that is of this type and fits. */
  until<T extends ThreadEventType>(
    type: T,
    fits?: (event: Extract<ThreadEvent, { type: T }>) => boolean,
  ): Promise<Extract<ThreadEvent, { type: T }>>
  /** Sends a message, waits for the end of its run, and reads its log. */
  run(text?: string, principal?: Principal): Promise<FinishedRun>
  /** Waits for the end of a run and reads its log. */
  finish(asked: Asked): Promise<FinishedRun>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Asked {
  readonly threadId: string
  readonly runId: string
  readonly principal: Principal
}

export interface FinishedRun extends Asked {
  readonly end: AgentCompleted
  readonly events: readonly LoggedEvent[]
  /** In the order in which they ended. */
  readonly calls: readonly ToolCompleted[]
}

export const ann: Principal = { tenant: 'acme', user: 'ann', roles: [], scopes: [] }
export const bob: Principal = { tenant: 'acme', user: 'bob', roles: [], scopes: [] }

export function createAgentBench(options: AgentBenchOptions = {}): AgentBench {
  const { store = createMemoryStore(), clock = createManualClock(), script = [], agents = [] } = options
  const model = createScriptedModel(script)
  const registry = createToolRegistry({ clock })
  for (const tool of options.tools ?? []) registry.add(tool)
  registry.freeze()
  const seen: ThreadEvent[] = []
  const late: LateCall[] = []
  const logged: { level: string; fields: object; message: string }[] = []
  const waiters = new Set<() => void>()
  const supervisor = createSupervisor({
    store,
    registry,
    policy: options.policy ?? definePolicy({ allow: [{ tools: ['*'] }] }),
    agents: [defineAgent({ name: 'assistant', description: 'Helps', model: options.model ?? model }), ...agents],
    clock,
    logger: captureLogs(logged),
    onLateCall: (call) => late.push(call),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...options.supervisor,
  })
  supervisor.subscribe((notice) => {
    if (notice.type !== 'events') return
    seen.push(...notice.events.map(({ event }) => event))
    for (const waiter of waiters) waiter()
  })

  const bench: AgentBench = {
    supervisor,
    store,
    clock,
    registry,
    model,
    late,
    logged,
    async ask(text = 'hello', principal = ann) {
      const { threadId } = await supervisor.createThread(principal)
      const parts = [{ type: 'text', text }] as const
      const { runId } = await supervisor.send(principal, { threadId, parts, idempotencyKey: threadId })
      return { threadId, runId, principal }
    },
    async events(threadId, principal = ann) {
      return (await store.events.read(principal, threadId, { after: 0, limit: 100_000 })) ?? []
    },
    until(type, fits = () => true) {
      const find = (): Extract<ThreadEvent, { type: typeof type }> | undefined =>
        seen.find(
          (event): event is Extract<ThreadEvent, { type: typeof type }> => event.type === type && fits(event as never),
        )
      return new Promise((resolve) => {
        const look = (): void => {
          const found = find()
          if (found === undefined) return
          waiters.delete(look)
          resolve(found)
        }
        waiters.add(look)
        look()
      })
    },
    async run(text, principal) {
      return bench.finish(await bench.ask(text, principal))
    },
    async finish(asked) {
      const end = await bench.until('agent_completed', ({ runId }) => runId === asked.runId)
      const events = await bench.events(asked.threadId, asked.principal)
      const calls = events.flatMap(({ event }) => (event.type === 'tool_completed' ? [event] : []))
      return { ...asked, end, events, calls }
    },
    async [Symbol.asyncDispose]() {
      await supervisor[Symbol.asyncDispose]()
      const { open } = registry.metrics().scopes
      await registry.close()
      await store.close()
      if (open !== 1) throw new Error(`Expected every scope but the catalogue's to be closed, found ${open - 1} open`)
      if (clock.pending !== 0) throw new Error(`Expected every timer to be cleared, found ${clock.pending} set`)
    },
  }
  return bench
}

/** The ends of all calls in a log, those inside agents included. */
export function innerCalls(events: readonly LoggedEvent[]): readonly ToolCompleted[] {
  return events.flatMap(({ event }) => {
    const inner = innermost(event)
    return inner.type === 'tool_completed' ? [inner] : []
  })
}

function captureLogs(into: { level: string; fields: object; message: string }[]): Logger {
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void into.push({ level, fields, message })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
