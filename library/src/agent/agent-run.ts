/**
 * One run of an agent, from agent_started to agent_completed, for a person or for another agent. The law: it ends in
 * exactly one agent_completed, or it is lost and writes nothing more.
 *
 * @module
 */
import { selectTools } from '../policy/select-tools.ts'
import type { AgentCompleted } from '../protocol/events.ts'
import type { JsonValue, LimitFacts, Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { type Manifest, manifestOf } from '../tool/manifest.ts'
import type { Tool } from '../tool/tool.ts'
import type { Activity } from './activity.ts'
import type { Agent, RunLimits } from './agent.ts'
import { createBudget } from './budget.ts'
import { createDispatcher } from './dispatcher.ts'
import { runFailure } from './errors.ts'
import type { RunLost } from './journal.ts'
import { endOf, type LoopEnd, runLoop } from './loop.ts'
import type { RunContext, RunServices } from './run-context.ts'
import type { RunProgress } from './run-progress.ts'
import { type RunTime, reserveRunTime } from './run-time.ts'
import type { Spending, SpendingOptions } from './spending.ts'
import type { Transcript } from './transcript.ts'

export interface AgentRunOptions {
  readonly runId: string
  readonly threadId: string
  readonly principal: Principal
  readonly agent: Agent
  /** Where it stood; absent: it begins. */
  readonly resume?: Resumption
  /** Another claim of it came before: perhaps that node died of it. Default false. */
  readonly takenOver?: boolean
  readonly limits: RunLimits
  /** The run that called this agent. */
  readonly caller?: RunContext
  readonly scope: Registry<Tool>
  /** Stops the run. */
  readonly signal: AbortSignal
  /** The conversation so far. */
  readonly transcript: Transcript
  readonly emit: RunContext['emit']
  readonly commit: () => Promise<void>
  readonly backlog: () => number
  readonly lost: () => RunLost | undefined
  readonly recordLate: RunContext['recordLate']
  readonly activity: Activity
  /** Waited for between two steps; rejects with `RunLost` when this node is to leave the run to another. */
  readonly betweenSteps?: () => Promise<void> | undefined
  /** Absent: no budget binds its user. An agent that was called draws on its caller's. */
  readonly openSpending?: (warn: SpendingOptions['warn']) => Spending
  readonly services: RunServices
}

export interface Resumption {
  readonly progress: RunProgress
  /** Its node died or handed it over; false: it only waited for a person. */
  readonly interrupted: boolean
  /** By `callId`. */
  readonly keptInputs: ReadonlyMap<string, JsonValue>
}

const nothingKept: ReadonlyMap<string, JsonValue> = new Map()

/** Its end is emitted and not yet committed. Rejects with `RunLost`, and by a fault of our own: then it has not ended. */
export async function runAgent(options: AgentRunOptions): Promise<AgentCompleted> {
  const { runId, agent, caller, limits, transcript, services, signal, resume } = options
  const { clock, logger } = services
  const { attempt = 0, workedMs = 0, used } = resume?.progress ?? {}
  const warn = (limit: LimitFacts, used: number): void => emit({ type: 'limit_warning', runId, limit, used })
  const spending = options.openSpending?.(warn)
  const startedAt = clock.monotonic()
  const { maxRunMs } = limits
  const asked = reserveRunTime({ maxRunMs, workedMs, warned: used?.warned ?? [], spending, clock, warn })
  const time = asked instanceof Promise ? await asked : asked
  const ownDeadline = startedAt + time.leftMs
  const deadline = Math.min(ownDeadline, caller?.deadline ?? Number.POSITIVE_INFINITY)
  const budget = createBudget({
    runId,
    limits,
    ...(used && { used }),
    ...(caller === undefined ? {} : { caller: caller.budget }),
    ...(spending && { spending }),
    warn,
  })
  const owner = { tenant: options.principal.tenant, user: options.principal.user }
  const place = { owner, threadId: options.threadId, runId }
  const seat = caller?.seat ?? (() => services.seats.of(place))
  const tools = manifestFor(options, seat)
  let open = true
  let timedOut = false

  const controller = new AbortController()
  const stop = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const timer = time.watch(() => {
    timedOut = true
    controller.abort(new DOMException('The run has reached its deadline', 'TimeoutError'))
  })

  const record: RunContext['emit'] = (event, inputs) => {
    transcript.apply(event)
    options.emit(event, inputs)
  }
  const emit: RunContext['emit'] = (event, inputs) => {
    if (open) record(event, inputs)
  }
  const context: RunContext = {
    runId,
    threadId: options.threadId,
    principal: options.principal,
    agent,
    limits,
    depth: caller === undefined ? 0 : caller.depth + 1,
    scope: options.scope,
    seat,
    signal: controller.signal,
    deadline,
    budget,
    tools,
    emit,
    commit: options.commit,
    backlog: options.backlog,
    lost: options.lost,
    recordLate: options.recordLate,
    activity: options.activity,
    interrupted: resume?.interrupted === true,
    keptInputs: resume?.keptInputs ?? nothingKept,
    services,
  }

  async function work(): Promise<LoopEnd> {
    const { instructions } = agent
    const model = services.attachments.shownTo(agent.model, owner)
    if (attempt === 0 || resume?.interrupted === true) {
      const manifest = tools().fingerprint
      emit({ type: 'agent_started', runId, agent: agent.name, attempt: attempt + 1, model: model.name, manifest })
      // Counted before anything is done that may be what kills its nodes.
      if (options.takenOver === true) await options.commit()
    }
    if (time.refusal !== undefined) return { ...endOf(time.refusal), message: null, steps: budget.steps }
    return runLoop({
      runId,
      instructions,
      model,
      transcript,
      tools,
      dispatcher: createDispatcher(context),
      budget,
      maxStepRetries: limits.maxStepRetries,
      emit,
      commit: options.commit,
      backlog: options.backlog,
      signal: controller.signal,
      clock,
      logger,
      ...(resume && { progress: resume.progress }),
      ...(options.betweenSteps && { betweenSteps: options.betweenSteps }),
    })
  }

  try {
    const end = await work()
    const { message, steps, ...rest } = timedOut && end.outcome === 'stopped' ? timeOut(end, limits, time) : end
    const durationMs = Math.round(workedMs + clock.monotonic() - startedAt)
    const completed: AgentCompleted = {
      type: 'agent_completed',
      runId,
      ...rest,
      message,
      usage: budget.usage,
      steps,
      durationMs,
    }
    open = false
    record(completed)
    return completed
  } finally {
    open = false
    budget.release()
    timer[Symbol.dispose]()
    signal.removeEventListener('abort', stop)
  }
}

function timeOut(end: LoopEnd, { maxRunMs }: RunLimits, { limit }: RunTime): LoopEnd {
  if (limit !== undefined) return { ...end, outcome: 'limit_reached', limit }
  return { ...end, outcome: 'timed_out', error: runFailure('RUN_TIMED_OUT', { maxRunMs }) }
}

/** What the agent may see: looked up again for each step and call, and the same object until something changed. */
function manifestFor({ scope, agent, principal, services }: AgentRunOptions, seat: RunContext['seat']): () => Manifest {
  let seen: readonly Tool[] | undefined
  let manifest: Manifest | undefined
  return () => {
    const tools = (seat() ?? scope).list()
    if (manifest === undefined || tools !== seen) {
      manifest = manifestOf(selectTools(services.policy.visible(principal, tools), agent.tools))
      seen = tools
    }
    return manifest
  }
}
