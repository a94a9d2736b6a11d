/**
 * What operators are told of runs. The law: only within their sight, and that somebody looked at what a person said is on
 * record before they are shown it.
 *
 * @module
 */
import { type AdministrationStore, AgentError, type Clock, type RunPlace, type RunReport } from 'toolcrib/agent'
import type { OperationsQuestions, OperationsReply, RunSummary } from 'toolcrib/operations'
import type { LoggedEvent, Principal } from 'toolcrib/protocol'
import type { Audit } from './audit.ts'
import type { Sight } from './sight.ts'

export interface RunsOptions {
  readonly administration: AdministrationStore
  readonly audit: Pick<Audit, 'recordFirst'>
  readonly clock: Clock
  readonly currency: string
  readonly agents: readonly string[]
}

export interface Runs {
  list(query: RunsListing, sight: Sight): Promise<OperationsReply<'runs'>>
  /** @throws AgentError `NOT_FOUND`, also for a run that is out of sight. */
  read(query: OperationsQuestions['run']['query'], asked: Asking): Promise<OperationsReply<'run'>>
}

export type RunsListing = Omit<OperationsQuestions['runs']['query'], 'after'> & {
  readonly after?: RunPlace | undefined
}

export interface Asking {
  readonly sight: Sight
  readonly operator: Principal
}

/** Who reads on within this time is looking still, and not again. */
const sameLookMs = 600_000
const maxLooks = 1_000
/** A page ends once its events have so many characters: none is too large to be sent, or to be read. */
const maxPageChars = 1_048_576

export function createRuns({ administration, audit, clock, currency, agents }: RunsOptions): Runs {
  const looks = new Map<string, number>()

  async function lookedAt(operator: Principal, { runId, owner }: RunReport): Promise<void> {
    const now = clock.monotonic()
    const key = JSON.stringify([operator.tenant, operator.user, owner.tenant, owner.user, runId])
    const since = looks.get(key)
    if (since !== undefined && now - since < sameLookMs) return
    await audit.recordFirst({ kind: 'looked', ...owner, by: operator.user, runId, facts: byOf(operator, owner) })
    looks.delete(key)
    looks.set(key, now)
    const [oldest] = looks.keys()
    if (looks.size > maxLooks && oldest !== undefined) looks.delete(oldest)
  }

  return {
    async list(query, { tenant }) {
      const { runs, next } = await administration.runs({ tenant, ...given(query) })
      return { runs: runs.map(summaryOf), next: next === null ? null : formatPlace(next), currency, agents }
    },
    async read({ runId, ...page }, { sight, operator }) {
      const found = await administration.run({ tenant: sight.tenant, runId, ...given(page) })
      if (found === undefined) throw new AgentError('NOT_FOUND', { what: 'run', id: runId })
      await lookedAt(operator, found.run)
      const { events, readTo, more } = cut(found)
      return { run: summaryOf(found.run), events, readTo, more, currency }
    },
  }
}

/** As in an address: `1767225600000.run_…`. */
export function formatPlace({ startedAt, runId }: RunPlace): string {
  return `${startedAt}.${runId}`
}

/** Undefined: it is none. */
export function parsePlace(text: string): RunPlace | undefined {
  const [, startedAt, runId] = /^(\d{1,15})\.(.{1,200})$/s.exec(text) ?? []
  return runId === undefined ? undefined : { startedAt: Number(startedAt), runId }
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what is not said. */
function given<T extends object>(query: T): Given<T> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Given<T>
}

/** An operator of another tenant is told apart from somebody of the same name. */
function byOf(operator: Principal, owner: { readonly tenant: string }): { readonly [key: string]: string } {
  return operator.tenant === owner.tenant ? {} : { byTenant: operator.tenant }
}

interface Cut {
  readonly events: readonly LoggedEvent[]
  readonly readTo: number
  readonly more: boolean
}

function cut({ events, readTo, more }: Cut): Cut {
  let chars = 0
  const end = events.findIndex(({ event }, index) => {
    chars += JSON.stringify(event).length
    return index > 0 && chars > maxPageChars
  })
  if (end === -1) return { events, readTo, more }
  const kept = events.slice(0, end)
  return { events: kept, readTo: kept.at(-1)?.seq ?? readTo, more: true }
}

function summaryOf(report: RunReport): RunSummary {
  const { runId, threadId, owner, principal, agent, model, state, stopping, parked } = report
  const { startedAt, endedAt, used, attempts, node } = report
  const { name } = principal
  const known = {
    runId,
    threadId,
    owner,
    agent,
    model,
    state,
    stopping,
    parked,
    startedAt,
    endedAt,
    used,
    attempts,
    node,
  }
  return name === undefined ? known : { ...known, name }
}
