/**
 * One run of an agent, from agent_started to agent_completed, for a person or for another agent. The law: it ends in
 * exactly one agent_completed, or it is lost and writes nothing more.
 *
 * @module
 */
import { selectTools } from '../policy/select-tools.ts'
import type { AgentCompleted, RunEvent } from '../protocol/events.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { type Manifest, manifestOf } from '../tool/manifest.ts'
import type { Tool } from '../tool/tool.ts'
import type { Agent, RunLimits } from './agent.ts'
import { createBudget } from './budget.ts'
import { createDispatcher } from './dispatcher.ts'
import { callFailure, failureOf, runFailure } from './errors.ts'
import { RunLost } from './journal.ts'
import { type LoopEnd, runLoop } from './loop.ts'
import type { RunContext, RunServices } from './run-context.ts'
import type { Transcript } from './transcript.ts'

export interface AgentRunOptions {
  readonly runId: string
  readonly threadId: string
  readonly principal: Principal
  readonly agent: Agent
  readonly attempt: number
  readonly limits: RunLimits
  /** The run that called this agent. */
  readonly caller?: RunContext
  readonly scope: Registry<Tool>
  /** Stops the run. */
  readonly signal: AbortSignal
  /** The conversation so far. */
  readonly transcript: Transcript
  readonly emit: (event: RunEvent) => void
  readonly commit: () => Promise<void>
  readonly backlog: () => number
  readonly lost: () => RunLost | undefined
  readonly services: RunServices
}

/** Its end is emitted and not yet committed. Rejects with `RunLost` only. */
export async function runAgent(options: AgentRunOptions): Promise<AgentCompleted> {
  const { runId, agent, caller, limits, transcript, services, signal } = options
  const { clock, logger } = services
  const startedAt = clock.monotonic()
  const ownDeadline = startedAt + limits.maxRunMs
  const deadline = Math.min(ownDeadline, caller?.deadline ?? Number.POSITIVE_INFINITY)
  const budget = createBudget({
    runId,
    limits,
    ...(caller === undefined ? {} : { caller: caller.budget }),
    warn: (limit, used) => emit({ type: 'limit_warning', runId, limit, used }),
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
  const timer = clock.setTimeout(() => {
    timedOut = true
    controller.abort(new DOMException('The run has reached its deadline', 'TimeoutError'))
  }, limits.maxRunMs)

  const record = (event: RunEvent): void => {
    transcript.apply(event)
    options.emit(event)
  }
  const emit = (event: RunEvent): void => {
    if (open) record(event)
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
    isOpen: () => open,
    lost: options.lost,
    services,
  }

  async function work(): Promise<LoopEnd> {
    const { instructions } = agent
    const model = services.attachments.shownTo(agent.model, owner)
    const manifest = tools().fingerprint
    emit({ type: 'agent_started', runId, agent: agent.name, attempt: options.attempt, model: model.name, manifest })
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
    })
  }

  /** A fault of our own: whatever was open ends as what it is, unknown. */
  async function fail(error: unknown): Promise<LoopEnd> {
    if (error instanceof RunLost) throw error
    logger.error({ err: error, runId }, 'The run failed by a fault of the server')
    open = false
    controller.abort(error)
    for (const { step, callId, tool } of transcript.openCalls()) {
      const failure = callFailure('CALL_UNKNOWN', { tool })
      record({ type: 'tool_completed', runId, step, callId, tool, outcome: 'unknown', error: failure, durationMs: 0 })
    }
    return { outcome: 'failed', error: failureOf(error), message: null, steps: budget.steps }
  }

  try {
    const end = await work().catch(fail)
    const { message, steps, ...rest } = timedOut && end.outcome === 'stopped' ? timeOut(end, limits) : end
    const durationMs = Math.round(clock.monotonic() - startedAt)
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
    timer[Symbol.dispose]()
    signal.removeEventListener('abort', stop)
  }
}

function timeOut(end: LoopEnd, { maxRunMs }: RunLimits): LoopEnd {
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
