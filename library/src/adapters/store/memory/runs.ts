/** Runs and their leases in memory. The law: one run at work a thread, and every claim has its own epoch. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { LeaseStore, RunStore } from '../../../agent/ports.ts'
import type { JsonValue, Principal } from '../../../protocol/vocabulary.ts'
import { messageOf } from '../rules/accepted-message.ts'
import { beginTime, endTime } from '../rules/usage.ts'
import { assertAttached } from './attachments.ts'
import { appendEvents, type MemoryRun, type MemoryState, type OwnerState } from './state.ts'

export function createMemoryRuns(state: MemoryState): RunStore {
  return {
    async accept(owner, run) {
      const mine = state.of(owner)
      const held = mine.threads.get(run.threadId)
      if (held === undefined) return { status: 'not_found' }
      for (const { record, idempotencyKey } of mine.runs.values()) {
        if (record.threadId === run.threadId && idempotencyKey === run.idempotencyKey) {
          return { status: 'duplicate', run: record }
        }
      }
      const isMessage = ({ record }: MemoryRun): boolean =>
        record.threadId === run.threadId && record.messageId === run.follows
      if (typeof run.follows === 'string' && ![...mine.runs.values()].some(isMessage)) {
        return { status: 'message_unknown' }
      }
      const { activeRunId } = held.thread
      if (activeRunId !== null) return { status: 'busy', runId: activeRunId }
      const open = countOpen(mine)
      if (open >= (run.maxOpenRunsPerUser ?? Number.POSITIVE_INFINITY)) return { status: 'too_many_open_runs', open }
      const running = countRunning(mine)
      if (running >= run.maxRunsPerUser) return { status: 'too_many_runs', running, per: 'user' }
      const ofTenant = [...state.owners.values()].filter((other) => other.owner.tenant === owner.tenant)
      const inTenant = ofTenant.reduce((sum, other) => sum + countRunning(other), 0)
      if (inTenant >= (run.maxRunsPerTenant ?? Number.POSITIVE_INFINITY)) {
        return { status: 'too_many_runs', running: inTenant, per: 'tenant' }
      }
      if (mine.runs.has(run.runId)) {
        throw new StoreError('STORE_UNAVAILABLE', { detail: `the run id "${run.runId}" is taken` })
      }
      assertAttached(mine, run.parts)

      const accepted: MemoryRun = {
        record: {
          runId: run.runId,
          threadId: run.threadId,
          owner: mine.owner,
          agent: run.agent,
          ...(run.chosenModel === undefined ? {} : { chosenModel: run.chosenModel }),
          principal: JSON.parse(JSON.stringify(run.principal)) as Principal,
          messageId: run.messageId,
          startedAt: run.at,
          epoch: 1,
          node: run.node,
          parked: false,
          stopping: false,
          outcome: null,
        },
        idempotencyKey: run.idempotencyKey,
        leaseUntil: run.at + run.leaseMs,
        inputs: new Map(),
        began: { model: null, attempts: 0 },
        used: { steps: 0, calls: 0, tokens: 0, costMicros: 0 },
        endedAt: null,
        firstSeq: held.thread.lastSeq + 1,
        lastSeq: Number.POSITIVE_INFINITY,
      }
      mine.runs.set(run.runId, accepted)
      beginTime(mine.usage, run.runId, run.at)
      held.thread = { ...held.thread, activeRunId: run.runId }
      const events = appendEvents(mine, held, { at: run.at, runId: run.runId, events: [messageOf(run)] })
      return { status: 'started', run: accepted.record, events }
    },
    async get(owner, runId) {
      return state.of(owner).runs.get(runId)?.record
    },
    async requestStop(owner, runId) {
      const run = state.of(owner).runs.get(runId)
      if (run?.record.outcome !== null) return run?.record
      run.record = { ...run.record, stopping: true }
      if (run.record.parked) run.leaseUntil = 0
      return run.record
    },
    async keptInputs(owner, runId) {
      const kept = state.of(owner).runs.get(runId)?.inputs ?? new Map<string, string>()
      return new Map([...kept].map(([callId, json]) => [callId, JSON.parse(json) as JsonValue]))
    },
  }
}

export function createMemoryLeases(state: MemoryState): LeaseStore {
  const atWork = (): MemoryRun[] =>
    [...state.owners.values()].flatMap((mine) => [...mine.runs.values()]).filter((run) => run.record.outcome === null)

  return {
    async heartbeat(node, claims, until) {
      const held = atWork()
      const lost: string[] = []
      const stopping: string[] = []
      for (const { runId, epoch } of claims) {
        const run = held.find(({ record }) => !record.parked && matches(record, { runId, epoch, node }))
        if (run === undefined) lost.push(runId)
        else {
          run.leaseUntil = until
          if (run.record.stopping) stopping.push(runId)
        }
      }
      return { lost, stopping }
    },
    async release(node, { runId, epoch }, { until, parked }) {
      for (const mine of state.owners.values()) {
        const run = mine.runs.get(runId)
        if (run?.record.outcome !== null || !matches(run.record, { runId, epoch, node })) continue
        const open = [...mine.approvals.values()].filter((held) => held.runId === runId && held.status === 'open')
        const isDue = run.record.stopping || (parked !== undefined && parked.approvals !== open.length)
        run.record = { ...run.record, parked: parked !== undefined }
        endTime(mine.usage, { runId, until: lastAt(mine, run), why: parked === undefined ? 'left' : 'parked' })
        run.leaseUntil = isDue ? 0 : until
        return isDue
      }
      return false
    },
    async takeOver(node, { now, until, limit, latest = Number.POSITIVE_INFINITY }) {
      return atWork()
        .filter(({ leaseUntil, record }) => leaseUntil <= now || (!record.parked && leaseUntil > latest))
        .sort((a, b) => a.leaseUntil - b.leaseUntil)
        .slice(0, Math.max(0, limit))
        .map((run) => {
          const { usage } = state.of(run.record.owner)
          const { runId } = run.record
          const lastWord = Math.min(now, run.leaseUntil, lastAt(state.of(run.record.owner), run))
          endTime(usage, { runId, until: lastWord, why: 'left' })
          beginTime(usage, runId, now)
          run.leaseUntil = until
          const taken = { ...run.record, node, epoch: run.record.epoch + 1 }
          run.record = { ...taken, parked: false }
          return taken
        })
    },
  }
}

function countOpen(mine: OwnerState): number {
  return [...mine.runs.values()].filter(({ record }) => record.outcome === null).length
}

function countRunning(mine: OwnerState): number {
  return [...mine.runs.values()].filter(({ record }) => record.outcome === null && !record.parked).length
}

/** When its thread's log was written last: so long it was at work for certain. */
function lastAt(mine: OwnerState, { record }: MemoryRun): number {
  return mine.threads.get(record.threadId)?.thread.updatedAt ?? record.startedAt
}

function matches(
  record: MemoryRun['record'],
  claim: { readonly runId: string; readonly epoch: number; readonly node: string },
): boolean {
  return record.runId === claim.runId && record.epoch === claim.epoch && record.node === claim.node
}
