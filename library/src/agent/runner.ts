/**
 * What executes runs on this node. The law: a run is held by a lease that one heartbeat prolongs for all; it ends with one
 * agent_completed, gives back what it opened, and is silent from the moment that it is lost.
 *
 * @module
 */
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import type { Agent, RunLimits } from './agent.ts'
import { runAgent } from './agent-run.ts'
import { AgentError, failureOf } from './errors.ts'
import type { EventLog } from './event-log.ts'
import { createJournal, type Journal, RunLost } from './journal.ts'
import type { RunRecord, Store } from './ports.ts'
import type { RunServices } from './run-context.ts'
import type { UserScopes } from './scopes.ts'
import { readThread } from './thread-events.ts'
import { createTranscript, type Transcript } from './transcript.ts'
import { turnOfTheLoop } from './turn-of-the-loop.ts'

export const LEASE_MS = 2_000
export const HEARTBEAT_MS = 500
/** How long a shutdown waits for the ends of runs to be durable. */
const COMMIT_MS = 1_000

export interface RunnerOptions {
  readonly node: string
  readonly store: Store
  readonly log: EventLog
  readonly scopes: UserScopes
  readonly agentNamed: (name: string) => Agent | undefined
  readonly limits: RunLimits
  readonly services: RunServices
}

export interface Runner {
  /** Works on a run that the store has accepted for this node. Never throws; it goes on by itself. */
  start(run: RunRecord): void
  /** False: it is not at work here. */
  stop(runId: string): boolean
  /** Resolves when the run is not at work here any more: its end is durable, or it is lost. */
  ended(runId: string): Promise<void>
  /**
   * Prolongs what this node holds, before anybody looks for runs whose lease has run out: a wall clock that was set, or a
   * thread that was busy, is no reason to take its runs from a node that is alive. Never rejects.
   */
  prolong(): Promise<void>
  /** Gives up a run that was taken over. */
  lose(runId: string, reason: string): void
  active(): readonly RunRecord[]
  /**
   * Waits for the runs at work, stops them after `deadlineMs`, and resolves when all that they had opened is closed. Gives
   * up those whose end the store does not take.
   */
  drain(deadlineMs: number): Promise<void>
}

interface Work {
  readonly record: RunRecord
  readonly controller: AbortController
  readonly journal: Journal
  /** By the monotonic clock. */
  leaseUntil: number
  /** Its end is durable, or it is lost. */
  readonly ended: PromiseWithResolvers<void>
}

export function createRunner(options: RunnerOptions): Runner {
  const { node, store, log, scopes, agentNamed, limits, services } = options
  const { clock, logger } = services
  const works = new Map<string, Work>()
  const closing = new Set<Promise<void>>()
  let beat: Disposable | undefined

  function start(record: RunRecord): void {
    const { runId, threadId, owner, epoch } = record
    const controller = new AbortController()
    const journal = createJournal({
      owner,
      threadId,
      fence: { runId, epoch },
      events: store.events,
      log,
      clock,
      logger,
      holds: () => clock.monotonic() < work.leaseUntil,
      onLost: (reason) => controller.abort(new RunLost(runId, reason)),
    })
    const work: Work = {
      record,
      controller,
      journal,
      leaseUntil: clock.monotonic() + LEASE_MS,
      ended: Promise.withResolvers(),
    }
    works.set(runId, work)
    beat ??= clock.setTimeout(() => void onBeat(), HEARTBEAT_MS)
    const closed = execute().catch((err: unknown) => {
      logger.error({ err, runId }, 'The run could not be cleared away')
    })
    closing.add(closed)
    void closed.then(() => closing.delete(closed))

    async function execute(): Promise<void> {
      try {
        using held = scopes.acquire(owner)
        await using scope = held.scope.open({ kind: 'run', name: runId })
        await carryOut(work, scope)
        await end(work)
      } catch (error) {
        if (works.get(runId) === work) failEarly(work, error)
        await end(work)
      }
    }
  }

  async function carryOut({ record, controller, journal }: Work, scope: Registry<Tool>): Promise<void> {
    const { runId, threadId, epoch } = record
    const transcript = createTranscript()
    const agent = await prepare(record, transcript)
    await runAgent({
      runId,
      threadId,
      principal: frozen(record.principal),
      agent,
      attempt: epoch,
      limits: { ...limits, ...agent.limits },
      scope,
      signal: controller.signal,
      transcript,
      emit: journal.emit,
      commit: journal.commit,
      backlog: () => journal.backlog,
      lost: () => journal.lost,
      services,
    })
  }

  /** Its last event is durable, or it is lost: it is not at work any more. */
  async function end({ record, journal, ended }: Work): Promise<void> {
    await journal.commit().catch(() => {})
    ended.resolve()
    if (!works.delete(record.runId) || works.size > 0) return
    beat?.[Symbol.dispose]()
    beat = undefined
  }

  async function prepare(record: RunRecord, transcript: Transcript): Promise<Agent> {
    for await (const { event } of readThread(store.events, record.owner, record.threadId)) transcript.apply(event)
    const agent = agentNamed(record.agent)
    if (agent === undefined) throw new AgentError('NOT_FOUND', { what: 'agent', id: record.agent })
    return agent
  }

  function failEarly({ record, journal }: Work, error: unknown): void {
    if (error instanceof RunLost) return
    logger.error({ err: error, runId: record.runId }, 'The run could not be started')
    const durationMs = Math.max(0, clock.now() - record.startedAt)
    const usage = { inputTokens: 0, outputTokens: 0, calls: 0 }
    const facts = { outcome: 'failed', error: failureOf(error), message: null, usage, steps: 0, durationMs } as const
    journal.emit({ type: 'agent_completed', runId: record.runId, ...facts })
  }

  /** One beat for all runs; the next is set when this one has been answered, or should have been. */
  async function onBeat(): Promise<void> {
    await prolongAll()
    beat?.[Symbol.dispose]()
    beat = works.size === 0 ? undefined : clock.setTimeout(() => void onBeat(), HEARTBEAT_MS)
  }

  async function prolongAll(): Promise<void> {
    const held = [...works.values()]
    const prolongedTo = clock.monotonic() + LEASE_MS
    const unanswered = Promise.withResolvers<never>()
    // An answer that came while this thread was busy is heard first.
    const giveUp = (): void => void turnOfTheLoop().then(() => unanswered.reject(new Error('No answer within a lease')))
    const late = clock.setTimeout(giveUp, LEASE_MS)
    try {
      const lost = await Promise.race([prolong(held), unanswered.promise])
      for (const work of held) work.leaseUntil = prolongedTo
      for (const runId of lost) lose(runId, 'another node has taken it over')
    } catch (err) {
      logger.warn({ err, node }, 'The heartbeat failed')
      const now = clock.monotonic()
      for (const work of held) if (now >= work.leaseUntil) work.journal.lose('its lease ran out')
    } finally {
      late[Symbol.dispose]()
    }
  }

  async function prolong(held: readonly Work[]): Promise<readonly string[]> {
    const claims = held.map(({ record }) => ({ runId: record.runId, epoch: record.epoch }))
    return store.leases.heartbeat(node, claims, clock.now() + LEASE_MS)
  }

  function lose(runId: string, reason: string): void {
    works.get(runId)?.journal.lose(reason)
  }

  return {
    start,
    stop(runId) {
      const work = works.get(runId)
      work?.controller.abort(new DOMException('The run was stopped', 'AbortError'))
      return work !== undefined
    },
    prolong: () => (works.size === 0 ? Promise.resolve() : prolongAll()),
    ended: (runId) => works.get(runId)?.ended.promise ?? Promise.resolve(),
    lose,
    active: () => [...works.values()].map(({ record }) => record),
    async drain(deadlineMs) {
      const givenUp = Promise.withResolvers<'given up'>()
      let timer: Disposable | undefined
      const stopAll = (): void => {
        const graceMs = Math.max(0, ...Array.from(works.values(), graceOf))
        timer = clock.setTimeout(loseAll, graceMs + COMMIT_MS)
        for (const { controller } of works.values()) controller.abort(new DOMException('Shutting down', 'AbortError'))
      }
      // Its end cannot be written: the next takeover writes it.
      const loseAll = (): void => {
        timer = clock.setTimeout(() => givenUp.resolve('given up'), COMMIT_MS)
        for (const runId of works.keys()) lose(runId, 'the node shuts down and its end cannot be written')
      }
      if (deadlineMs > 0) timer = clock.setTimeout(stopAll, deadlineMs)
      else stopAll()
      while (closing.size > 0) {
        if ((await Promise.race([Promise.all(closing), givenUp.promise])) !== 'given up') continue
        logger.error({ runs: closing.size, node }, 'Runs could not be cleared away before the shutdown')
        break
      }
      timer?.[Symbol.dispose]()
    },
  }

  function graceOf({ record }: Work): number {
    return agentNamed(record.agent)?.limits?.stopGraceMs ?? limits.stopGraceMs
  }
}

/** A tool is handed the principal itself: it cannot change who it works for. */
function frozen(principal: Principal): Principal {
  return Object.freeze({
    ...principal,
    roles: Object.freeze([...principal.roles]),
    scopes: Object.freeze([...principal.scopes]),
  })
}
