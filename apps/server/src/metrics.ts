/**
 * What Prometheus is told. The law: one registry per server and no globals; labels come from closed sets, never from what
 * a user or a model wrote.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry as PrometheusRegistry } from 'prom-client'
import type { Tool } from 'toolcrib'
import type { Clock, Reserved, Store, Supervisor, SupervisorNotice } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { Tally } from 'toolcrib/operations'
import type { ApprovalResolved, LoggedEvent, Owner, RunEvent, TokenUsage } from 'toolcrib/protocol'
import type { Registry } from 'toolcrib/registry'
import type { ComponentHealth, HealthCheck } from './health.ts'
import { type Activity, createActivity } from './metrics/activity.ts'
import type { EventLoopLag } from './metrics/event-loop-lag.ts'
import { exportGateway } from './metrics/gateway.ts'
import { exportHealth, exportStrayFaults } from './metrics/health.ts'
import { otherLabel } from './metrics/labels.ts'
import { createModelState } from './metrics/model-state.ts'
import { exportProcess } from './metrics/process.ts'
import { createRefusals, exportRefusals, type Refusals, type RefusalsOptions } from './metrics/refusals.ts'
import { exportRegistry } from './metrics/registry.ts'
import type { StrayFaults } from './stray-faults.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  /** A socket that was refused before its upgrade. */
  connectionRefused(code: string): void
  /** How many were, by code. */
  refusedSockets(): Tally
  /** What happened since somebody last took it: for one taker. */
  readonly activity: Pick<Activity, 'take'>
  /** How often limits refused. */
  readonly refusals: Pick<Refusals, 'request' | 'forgotten' | 'read' | 'ofBudget'>
  /** A reservation against budgets that was made or refused. */
  reserved(reservation: Reserved): void
  /** The same store, with its commits timed. */
  meterStore(store: Store): Store
  /** The same supervisor, with its answers timed. */
  meterSupervisor(supervisor: Supervisor): Supervisor
  /** Of the catalogue's tools: how many calls ended, by tool and outcome. */
  callsByTool(): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>
  /** Whether the models answer, as the last runs found out. */
  modelState(): ComponentHealth
  watch(parts: MetricsParts): Disposable
}

export interface MetricsParts {
  readonly registry: Registry<Tool>
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  readonly health: HealthCheck
  readonly lag: EventLoopLag
  readonly strayFaults: StrayFaults
}

export interface MetricsOptions extends RefusalsOptions {
  readonly clock: Clock
  readonly version: string
  readonly model: string
}

const fastSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const slowSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

export function createMetrics({ clock, version, model, budgets }: MetricsOptions): Metrics {
  const prometheus = new PrometheusRegistry()
  const registers = [prometheus]
  const modelState = createModelState()
  /** When a message of a thread was sent whose run has not shown itself yet. */
  const waiting = new Map<string, number>()
  const refusedSockets = new Map<string, number>()
  let isCatalogued: (tool: string) => boolean = () => false

  const refused = new Counter({
    name: 'toolcrib_connections_refused_total',
    help: 'Sockets refused before the upgrade, by the code of the reason',
    labelNames: ['code'] as const,
    registers,
  })
  const runs = new Counter({
    name: 'toolcrib_runs_total',
    help: 'Runs that ended, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  })
  const calls = new Counter({
    name: 'toolcrib_calls_total',
    help: 'Tool calls that ended, by tool and outcome',
    labelNames: ['tool', 'outcome'] as const,
    registers,
  })
  const reservations = new Counter({
    name: 'toolcrib_budget_reservations_total',
    help: 'Reservations against budgets of users and tenants, by what was reserved and whether it was given',
    labelNames: ['resource', 'outcome'] as const,
    registers,
  })
  const used = new Counter({
    name: 'toolcrib_used_total',
    help: 'What runs used: steps, tokens, and money in millionths of the currency',
    labelNames: ['resource'] as const,
    registers,
  })
  const late = new Counter({
    name: 'toolcrib_late_results_total',
    help: 'Abandoned calls that settled after all; their results were not delivered',
    registers,
  })
  const approvals = new Counter({
    name: 'toolcrib_approvals_total',
    help: 'Approvals that were resolved, by decision, and by whether the one who asked, another or nobody did',
    labelNames: ['decision', 'by'] as const,
    registers,
  })
  const modelErrors = new Counter({
    name: 'toolcrib_model_errors_total',
    help: 'Failures of models, also those after which a step was made again, by model and code',
    labelNames: ['model', 'code'] as const,
    registers,
  })
  const activity = createActivity({
    onModelError: ({ model: failed, code }) => modelErrors.inc({ model: failed ?? otherLabel, code }),
    onRunEnded: (run) => modelState.ended(run),
  })
  const refusals = createRefusals({ budgets })
  const firstEvent = new Histogram({
    name: 'toolcrib_first_event_seconds',
    help: 'From an accepted message to the first event of its run',
    buckets: fastSeconds,
    registers,
  })
  const callSeconds = new Histogram({
    name: 'toolcrib_call_duration_seconds',
    help: 'How long a tool call took',
    labelNames: ['tool'] as const,
    buckets: slowSeconds,
    registers,
  })
  const runSeconds = new Histogram({
    name: 'toolcrib_run_duration_seconds',
    help: 'How long a run took',
    buckets: slowSeconds,
    registers,
  })
  const commitSeconds = new Histogram({
    name: 'toolcrib_commit_seconds',
    help: 'How long the store took to make events durable',
    buckets: fastSeconds,
    registers,
  })
  new Gauge({ name: 'toolcrib_info', help: 'Version and model', labelNames: ['version', 'model'], registers }).set(
    { version, model },
    1,
  )
  exportProcess(registers)

  function observe({ owner, threadId }: EventPlace, logged: LoggedEvent): void {
    const { event } = logged
    activity.observe(logged)
    refusals.observe(event)
    switch (event.type) {
      case 'agent_started': {
        const sentAt = waiting.get(threadId)
        if (sentAt === undefined) return
        waiting.delete(threadId)
        activity.took('firstEvent', clock.monotonic() - sentAt)
        return firstEvent.observe((clock.monotonic() - sentAt) / 1_000)
      }
      case 'tool_completed': {
        const tool = isCatalogued(event.tool) ? event.tool : otherLabel
        calls.inc({ tool, outcome: event.outcome })
        return callSeconds.observe({ tool }, event.durationMs / 1_000)
      }
      case 'step_completed':
      case 'context_compacted':
        return use(event.usage)
      case 'agent_rewound':
        return use(event.spent)
      case 'tool_late':
        return late.inc()
      case 'approval_resolved':
        return approvals.inc({ decision: event.decision, by: answererOf(owner, event) })
      case 'subagent_event':
        return observeInside(event.event)
      case 'agent_completed':
        use(event.spent)
        runs.inc({ outcome: event.outcome })
        return runSeconds.observe(event.durationMs / 1_000)
      default:
        return
    }
  }

  /** Of an agent inside a run, only what it used: all else is told of the run that a person sees. */
  function observeInside(event: RunEvent): void {
    if (event.type === 'subagent_event') observeInside(event.event)
    else if (event.type === 'step_completed' || event.type === 'context_compacted') use(event.usage)
    else if (event.type === 'agent_rewound' || event.type === 'agent_completed') use(event.spent)
  }

  function use(usage: TokenUsage | undefined): void {
    if (usage === undefined) return
    used.inc({ resource: 'steps' })
    used.inc({ resource: 'tokens' }, usage.inputTokens + usage.outputTokens)
    used.inc({ resource: 'money' }, usage.costMicros ?? 0)
  }

  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = clock.monotonic()
    const result = await work()
    activity.took('commit', clock.monotonic() - startedAt)
    commitSeconds.observe((clock.monotonic() - startedAt) / 1_000)
    return result
  }

  return {
    contentType: prometheus.contentType,
    text: () => prometheus.metrics(),
    connectionRefused(code) {
      refused.inc({ code })
      refusals.request(code)
      refusedSockets.set(code, (refusedSockets.get(code) ?? 0) + 1)
    },
    refusedSockets: () => Object.fromEntries(refusedSockets),
    activity,
    refusals,
    reserved: ({ resource, outcome }) => reservations.inc({ resource, outcome }),
    async callsByTool() {
      const byTool = new Map<string, Record<string, number>>()
      for (const { labels, value } of (await calls.get()).values) {
        const { tool = otherLabel, outcome = '' } = labels
        byTool.set(`${tool}`, { ...byTool.get(`${tool}`), [outcome]: value })
      }
      return byTool
    },
    modelState: () => modelState.state(),
    meterStore: (store) => ({
      ...store,
      events: { ...store.events, append: (...entry) => timed(() => store.events.append(...entry)) },
      runs: { ...store.runs, accept: (...run) => timed(() => store.runs.accept(...run)) },
    }),
    meterSupervisor: (supervisor) => ({
      ...supervisor,
      async send(principal, message) {
        const { threadId } = message
        const sentAt = clock.monotonic()
        // Of a thread at work the message is refused, and what is waited for is the run that is coming up.
        const mine = !waiting.has(threadId)
        if (mine) waiting.set(threadId, sentAt)
        try {
          const sent = await supervisor.send(principal, message)
          if (sent.duplicate && mine) waiting.delete(threadId)
          return sent
        } catch (error) {
          if (mine) waiting.delete(threadId)
          throw error
        }
      },
    }),
    watch({ registry, supervisor, gateway, health, lag, strayFaults }) {
      isCatalogued = (tool) => registry.has(tool)
      exportRegistry(registry, registers)
      exportGateway(gateway, registers)
      exportRefusals(() => refusals.read({ gateway, registry }), registers)
      exportHealth({ health, lag, supervisor, registers })
      exportStrayFaults(strayFaults, registers)
      return supervisor.subscribe((notice: SupervisorNotice) => {
        if (notice.type !== 'events') return
        for (const event of notice.events) observe(notice, event)
      })
    },
  }
}

type EventPlace = Pick<Extract<SupervisorNotice, { readonly type: 'events' }>, 'owner' | 'threadId'>

/** Never a name: people are no label. */
function answererOf({ user }: Owner, { by }: ApprovalResolved): 'requester' | 'other' | 'nobody' {
  if (by === undefined) return 'nobody'
  return by === user ? 'requester' : 'other'
}
