/**
 * What executes runs on this node. The law: a run is held by a lease; it ends with one agent_completed or goes on elsewhere,
 * gives back what it opened, and is silent from the moment that it is lost.
 *
 * @module
 */
import { type BudgetRule, budgetsOf } from '../policy/budgets.ts'
import { selectTools } from '../policy/select-tools.ts'
import type { Failure, JsonValue, Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { manifestOf } from '../tool/manifest.ts'
import type { Tool } from '../tool/tool.ts'
import { type Activity, createActivity } from './activity.ts'
import type { Agent, RunLimits } from './agent.ts'
import { runAgent } from './agent-run.ts'
import { asChosen } from './chosen-model.ts'
import { obstacleOf, type ToolsOf } from './continuation.ts'
import { AgentError, failureOf, runFailure } from './errors.ts'
import type { EventLog } from './event-log.ts'
import { createHeartbeat, type HeldRun, LEASE_MS } from './heartbeat.ts'
import { canRetry, createJournal, RunLost } from './journal.ts'
import type { RunRecord, ServingStore } from './ports.ts'
import { replayRun } from './replay.ts'
import type { RunServices } from './run-context.ts'
import { cancelApprovals, endingsOf } from './run-ending.ts'
import type { RunProgress } from './run-progress.ts'
import type { UserScopes } from './scopes.ts'
import { createSpending, type Spending, type SpendingOptions } from './spending.ts'

/** How long a shutdown waits for what was said to be durable. */
export const COMMIT_MS = 1_000

export interface RunnerOptions {
  readonly node: string
  readonly store: ServingStore
  readonly log: EventLog
  readonly scopes: UserScopes
  readonly agentNamed: (name: string) => Agent | undefined
  readonly limits: RunLimits
  readonly budgets: readonly BudgetRule[]
  /** Told of each reservation that was made or refused. */
  readonly onReserved?: SpendingOptions['onReserved']
  readonly services: RunServices
  /** Told when a run that was parked is due, which may be now: an answer or a stop may have come first. */
  readonly onParked: (at: number) => void
}

export interface Runner {
  /**
   * Works on a run that the store has given to this node, asked for at `askedAt` by the monotonic clock. Never throws; it
   * goes on by itself. Once it has drained, it starts nothing: the run is due when its lease has run out.
   */
  start(run: RunRecord, askedAt: number): void
  /** False: it is not at work here. */
  stop(runId: string): boolean
  /** Its end is said already, and no stop changes it. */
  isEnding(runId: string): boolean
  /** Resolves when the run is not at work here any more: its end is durable, or it is lost, parked or handed over. */
  ended(runId: string): Promise<void>
  /**
   * Prolongs what this node holds, before anybody looks for runs whose lease has run out: a wall clock that was set, or a
   * thread that was busy, is no reason to take its runs from a node that is alive. Never rejects.
   */
  prolong(): Promise<void>
  active(): readonly RunRecord[]
  /**
   * Hands each run over when the step at hand has ended, and after `deadlineMs` wherever it is. Resolves when all that they
   * had opened is closed; a run that cannot be handed over is lost, and due when its lease has run out.
   */
  drain(deadlineMs: number): Promise<void>
}

interface Work extends HeldRun {
  readonly controller: AbortController
  readonly activity: Activity
  readonly ended: PromiseWithResolvers<void>
  /** Its end is said, and perhaps not durable yet. */
  isEnding: boolean
}

/** When a run that is given back is due, and how many approvals it waits for. */
type GivenBack = Parameters<ServingStore['leases']['release']>[2]

export function createRunner(options: RunnerOptions): Runner {
  const { node, store, log, scopes, agentNamed, limits, budgets, services, onParked, onReserved } = options
  const { clock, logger } = services
  const works = new Map<string, Work>()
  /** What is still being cleared away or given back. */
  const closing = new Set<Promise<void>>()
  const heartbeat = createHeartbeat({
    node,
    leases: store.leases,
    clock,
    logger,
    held: () => [...works.values()],
    onStopping: ({ record }) => stop(record.runId),
  })
  let leaving = false
  let drained = false

  function start(record: RunRecord, askedAt: number): void {
    const { runId, threadId, owner, epoch } = record
    const before = works.get(runId)
    // The answer came too late: there is a newer claim, or nobody here any more.
    if (drained || (before !== undefined && before.record.epoch >= epoch)) return
    before?.journal.lose('it was taken over')
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
      activity: createActivity(() => track(park(work))),
      leaseUntil: askedAt + LEASE_MS,
      ended: Promise.withResolvers(),
      isEnding: false,
    }
    works.set(runId, work)
    heartbeat.start()
    track(execute(work))
  }

  function track(promise: Promise<void>): void {
    const settled = promise.catch((err: unknown) => logger.error({ err, node }, 'A run could not be cleared away'))
    closing.add(settled)
    void settled.then(() => closing.delete(settled))
  }

  async function execute(work: Work): Promise<void> {
    const { owner, runId } = work.record
    try {
      using held = scopes.acquire(owner)
      await using scope = held.scope.open({ kind: 'run', name: runId })
      await carryOut(work, scope)
      await end(work)
    } catch (error) {
      if (works.get(runId) === work) await fail(work, error)
    } finally {
      await end(work)
    }
  }

  async function carryOut(work: Work, scope: Registry<Tool>): Promise<void> {
    const { record, controller, journal, activity } = work
    const { runId, threadId, owner } = record
    const { transcript, progress } = await replayRun(store.events, record)
    if (progress.ended !== undefined) return journal.lose('a later claim has ended it')
    const named = agentNamed(record.agent)
    if (named === undefined) return endEarly(work, progress, unknownAgent(record, progress))
    const agent = asChosen(named, record, progress)
    if (agent === undefined) return endEarly(work, progress, withdrawnModel(record))
    const principal = frozen(record.principal)
    const interrupted = progress.attempt > 0 && !record.parked
    const runLimits = { ...limits, ...agent.limits }
    const toolsOf: ToolsOf = ({ tools }) => {
      const seen = (services.seats.of({ owner, threadId, runId }) ?? scope).list()
      return manifestOf(selectTools(services.policy.visible(principal, seen), tools)).byName
    }
    const obstacle = obstacleOf(progress, agent, toolsOf)
    if (obstacle !== undefined) return endEarly(work, progress, runFailure('RUN_NOT_CONTINUED', { reason: obstacle }))
    if (interrupted && progress.stalls >= runLimits.maxAttempts) {
      return endEarly(work, progress, runFailure('RUN_INTERRUPTED', { attempts: progress.stalls }))
    }
    if (record.stopping) stop(runId)
    const keptInputs = progress.openCalls.length === 0 ? nothingKept : await store.runs.keptInputs(owner, runId)
    const rules = budgetsOf(principal, budgets)
    const fence = { runId, epoch: record.epoch }
    const { warned } = progress.used
    const openSpending = (warn: SpendingOptions['warn']): Spending =>
      createSpending({ owner, fence, rules, usage: store.usage, clock, logger, warned, warn, onReserved })
    await runAgent({
      runId,
      threadId,
      principal,
      agent,
      resume: { progress, interrupted, keptInputs },
      takenOver: record.epoch > 1,
      limits: runLimits,
      scope,
      signal: controller.signal,
      transcript,
      emit(event, inputs) {
        if (event.type === 'agent_completed') work.isEnding = true
        journal.emit(event, inputs)
      },
      commit: journal.commit,
      backlog: () => journal.backlog,
      lost: () => journal.lost,
      async recordLate(event) {
        const write = () => store.events.appendLate(owner, threadId, { at: clock.now(), event })
        await log.commit({ owner, threadId }, write, (events) => events)
      },
      activity,
      betweenSteps: () => (leaving ? handOver(work) : undefined),
      ...(rules.length > 0 && { openSpending }),
      services,
    })
  }

  /** Whoever reads the log finds it ended, with what is known of each call. */
  async function endEarly({ record, journal }: Work, progress: RunProgress, error: Failure): Promise<void> {
    await cancelApprovals(record, { store, log, clock })
    for (const event of endingsOf(progress, error)) journal.emit(event)
    await journal.commit()
  }

  /** A store that may be back soon is no reason to end a run: the next takeover tries again. */
  async function fail(work: Work, error: unknown): Promise<void> {
    const { record, journal, controller } = work
    if (error instanceof RunLost) return
    if (canRetry(error)) {
      logger.warn({ err: error, runId: record.runId }, 'The run could not be read; it is taken up again later')
      return journal.lose('the store failed')
    }
    logger.error({ err: error, runId: record.runId }, 'The run failed by a fault of the server')
    controller.abort(error)
    await journal.commit()
    const { progress } = await replayRun(store.events, record)
    await endEarly(work, progress, failureOf(error))
  }

  /** It is not at work here any more. What it said is durable, or it is lost. */
  async function end(work: Work): Promise<void> {
    await work.journal.commit().catch(() => {})
    forget(work)
  }

  function forget(work: Work): void {
    work.ended.resolve()
    if (works.get(work.record.runId) === work) works.delete(work.record.runId)
    if (works.size === 0) heartbeat.stop()
  }

  /** It waits for a person: nothing of it stays here. */
  async function park(work: Work): Promise<void> {
    await work.journal.commit().catch(() => {})
    const { idle } = work.activity
    if (idle === undefined || work.journal.lost !== undefined || work.controller.signal.aborted) return
    await giveBack(work, 'it waits for a person', { until: idle.until, parked: { approvals: idle.waiting } })
  }

  /** Rejects with `RunLost`, when it was handed over and when it was lost before. */
  async function handOver(work: Work): Promise<void> {
    await work.journal.commit()
    await giveBack(work, 'it is handed over', { until: clock.now() })
    throw work.journal.lost
  }

  /** All it said is durable, and from now on it says nothing more. */
  async function giveBack(work: Work, reason: string, how: GivenBack): Promise<void> {
    const { runId, epoch } = work.record
    work.journal.lose(reason)
    forget(work)
    try {
      const isDue = await store.leases.release(node, { runId, epoch }, how)
      if (how.parked !== undefined) onParked(isDue ? 0 : how.until)
    } catch (err) {
      logger.warn({ err, runId }, 'A run could not be given back; it is due when its lease has run out')
    }
  }

  function stop(runId: string): boolean {
    const work = works.get(runId)
    work?.controller.abort(new DOMException('The run was stopped', 'AbortError'))
    return work !== undefined
  }

  return {
    start,
    stop,
    isEnding: (runId) => works.get(runId)?.isEnding === true,
    prolong: heartbeat.prolong,
    ended: (runId) => works.get(runId)?.ended.promise ?? Promise.resolve(),
    active: () => [...works.values()].map(({ record }) => record),
    async drain(deadlineMs) {
      leaving = true
      const givenUp = Promise.withResolvers<'given up'>()
      let timer: Disposable | undefined
      const leaveAll = (): void => {
        const graceMs = Math.max(0, ...Array.from(works.values(), graceOf))
        for (const work of works.values()) track(handOver(work).catch(() => {}))
        timer = clock.setTimeout(loseAll, COMMIT_MS)
        function loseAll(): void {
          for (const { journal } of works.values()) journal.lose('the node shuts down and nothing can be written')
          timer = clock.setTimeout(() => givenUp.resolve('given up'), graceMs + COMMIT_MS)
        }
      }
      if (deadlineMs > 0) timer = clock.setTimeout(leaveAll, deadlineMs)
      else leaveAll()
      while (closing.size > 0) {
        if ((await Promise.race([Promise.all(closing), givenUp.promise])) !== 'given up') continue
        logger.error({ runs: closing.size, node }, 'Runs could not be cleared away before the shutdown')
        break
      }
      timer?.[Symbol.dispose]()
      drained = true
    },
  }

  function graceOf({ record }: Work): number {
    return agentNamed(record.agent)?.limits?.stopGraceMs ?? limits.stopGraceMs
  }
}

const nothingKept: ReadonlyMap<string, JsonValue> = new Map()

function unknownAgent({ agent }: RunRecord, { attempt }: RunProgress): Failure {
  if (attempt === 0) return failureOf(new AgentError('NOT_FOUND', { what: 'agent', id: agent }))
  return runFailure('RUN_NOT_CONTINUED', { reason: `its agent "${agent}" is gone` })
}

function withdrawnModel({ agent, chosenModel }: RunRecord): Failure {
  const reason = `the model "${chosenModel}" that was chosen for it is not offered by agent "${agent}" any more`
  return runFailure('RUN_NOT_CONTINUED', { reason })
}

/** A tool is handed the principal itself: it cannot change who it works for. */
function frozen(principal: Principal): Principal {
  return Object.freeze({
    ...principal,
    roles: Object.freeze([...principal.roles]),
    scopes: Object.freeze([...principal.scopes]),
  })
}
