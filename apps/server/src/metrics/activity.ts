/**
 * What happened since it was last looked at: counts and durations of the whole house, for whoever draws them. The law: it
 * names nobody, and what it holds is bounded.
 *
 * @module
 */
import { type LatencyCounts, type LatencyName, latencyBucket, type ModelErrorCount } from 'toolcrib/operations'
import type { AgentCompleted, LoggedEvent, RunEvent, RunOutcome } from 'toolcrib/protocol'
import type { EndedRun } from './model-state.ts'

export interface Happened {
  readonly events: number
  readonly ended: { readonly [O in RunOutcome]?: number }
  readonly latencies: { readonly [L in LatencyName]?: LatencyCounts }
  readonly modelErrors: readonly ModelErrorCount[]
}

export interface Activity {
  observe(event: LoggedEvent): void
  took(what: LatencyName, ms: number): void
  /** And begins anew. */
  take(): Happened
}

export interface ActivityOptions {
  readonly onModelError: (error: Pick<ModelErrorCount, 'model' | 'code'>) => void
  readonly onRunEnded: (run: EndedRun) => void
}

interface RunAtWork {
  readonly model: string | null
  readonly stepSince: number | null
  /** The models of the agents inside it, by the calls that they were called by. */
  readonly inside: Map<string, string>
}

const maxRuns = 10_000

export function createActivity({ onModelError, onRunEnded }: ActivityOptions): Activity {
  const runs = new Map<string, RunAtWork>()
  /** One that waits for a person may wait for long, and is forgotten when there are too many. */
  const remember = (runId: string, run: Pick<RunAtWork, 'model' | 'stepSince'>): void => {
    runs.set(runId, { ...run, inside: runs.get(runId)?.inside ?? new Map() })
    const [oldest] = runs.keys()
    if (runs.size > maxRuns && oldest !== undefined) runs.delete(oldest)
  }
  let since = nothingYet()

  function took(what: LatencyName, ms: number): void {
    const bucket = latencyBucket(ms)
    const counts = since.latencies[what]
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }

  function modelFailed(model: string | null, code: string): void {
    if (!code.startsWith('MODEL_')) return
    const key = JSON.stringify([model, code])
    since.modelErrors.set(key, { model, code, count: (since.modelErrors.get(key)?.count ?? 0) + 1 })
    onModelError({ model, code })
  }

  function runEnded(model: string | null, { outcome, error }: AgentCompleted): void {
    if (error !== undefined) modelFailed(model, error.code)
    onRunEnded({ model, outcome, ...(error === undefined ? {} : { error }) })
  }

  /** Of an agent inside a run nothing is timed, but its model may fail as any other. */
  function observeInside(event: RunEvent, run: RunAtWork | undefined, place: string): void {
    if (event.type === 'subagent_event') return observeInside(event.event, run, `${place}/${event.parentCallId}`)
    if (event.type === 'agent_started') run?.inside.set(place, event.model)
    if (event.type === 'agent_rewound') modelFailed(run?.inside.get(place) ?? null, event.reason)
    if (event.type !== 'agent_completed') return
    runEnded(run?.inside.get(place) ?? null, event)
    run?.inside.delete(place)
  }

  return {
    took,
    observe({ at, event }) {
      since.events += 1
      switch (event.type) {
        case 'agent_started':
          remember(event.runId, { model: event.model, stepSince: null })
          return
        case 'agent_thinking': {
          const run = runs.get(event.runId)
          if (run?.stepSince == null) remember(event.runId, { model: run?.model ?? null, stepSince: at })
          return
        }
        case 'step_completed': {
          const run = runs.get(event.runId)
          if (run?.stepSince == null) return
          took('step', at - run.stepSince)
          runs.set(event.runId, { ...run, stepSince: null })
          return
        }
        case 'agent_rewound': {
          const run = runs.get(event.runId)
          modelFailed(run?.model ?? null, event.reason)
          if (run !== undefined) runs.set(event.runId, { ...run, stepSince: null })
          return
        }
        case 'tool_completed':
          // One that never started took no time that could be told.
          if (event.durationMs > 0) took('call', event.durationMs)
          return
        case 'subagent_event':
          return observeInside(event.event, runs.get(event.runId), event.parentCallId)
        case 'agent_completed':
          runEnded(runs.get(event.runId)?.model ?? null, event)
          since.ended[event.outcome] = (since.ended[event.outcome] ?? 0) + 1
          took('run', event.durationMs)
          runs.delete(event.runId)
          return
        default:
          return
      }
    },
    take() {
      const { events, ended, latencies, modelErrors } = since
      since = nothingYet()
      return { events, ended, latencies: sparse(latencies), modelErrors: [...modelErrors.values()] }
    },
  }
}

type Durations = { readonly [L in LatencyName]: Map<number, number> }

interface Counting {
  events: number
  readonly ended: { [O in RunOutcome]?: number }
  readonly latencies: Durations
  readonly modelErrors: Map<string, ModelErrorCount>
}

function nothingYet(): Counting {
  const latencies = { firstEvent: new Map(), commit: new Map(), step: new Map(), run: new Map(), call: new Map() }
  return { events: 0, ended: {}, latencies, modelErrors: new Map() }
}

function sparse(durations: Durations): Happened['latencies'] {
  const taken = Object.entries(durations).filter(([, counts]) => counts.size > 0)
  return Object.fromEntries(taken.map(([name, counts]) => [name, [...counts].toSorted(([a], [b]) => a - b)]))
}
