/** Runs and their leases in memory. The law: one run at work a thread, and every claim has its own epoch. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { LeaseStore, RunStore } from '../../../agent/ports.ts'
import type { Principal } from '../../../protocol/vocabulary.ts'
import { appendEvents, type MemoryRun, type MemoryState } from './state.ts'

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
      const { activeRunId } = held.thread
      if (activeRunId !== null) return { status: 'busy', runId: activeRunId }
      const running = [...mine.runs.values()].filter(({ record }) => record.outcome === null).length
      if (running >= run.maxRunsPerUser) return { status: 'too_many_runs', running }
      if (mine.runs.has(run.runId)) {
        throw new StoreError('STORE_UNAVAILABLE', { detail: `the run id "${run.runId}" is taken` })
      }

      const accepted: MemoryRun = {
        record: {
          runId: run.runId,
          threadId: run.threadId,
          owner: mine.owner,
          agent: run.agent,
          principal: JSON.parse(JSON.stringify(run.principal)) as Principal,
          messageId: run.messageId,
          startedAt: run.at,
          epoch: 1,
          node: run.node,
          outcome: null,
        },
        idempotencyKey: run.idempotencyKey,
        leaseUntil: run.at + run.leaseMs,
      }
      mine.runs.set(run.runId, accepted)
      held.thread = { ...held.thread, activeRunId: run.runId }
      const { messageId, runId, parts } = run
      const events = appendEvents(mine, held, {
        at: run.at,
        runId,
        events: [{ type: 'message_added', messageId, runId, role: 'user', parts }],
      })
      return { status: 'started', run: accepted.record, events }
    },
    async get(owner, runId) {
      return state.of(owner).runs.get(runId)?.record
    },
  }
}

export function createMemoryLeases(state: MemoryState): LeaseStore {
  const atWork = (): MemoryRun[] =>
    [...state.owners.values()].flatMap((mine) => [...mine.runs.values()]).filter((run) => run.record.outcome === null)

  return {
    async heartbeat(node, claims, until) {
      const held = atWork()
      return claims
        .filter(({ runId, epoch }) => {
          const mine = held.filter(({ record }) => matches(record, { runId, epoch, node }))
          for (const run of mine) run.leaseUntil = until
          return mine.length === 0
        })
        .map(({ runId }) => runId)
    },
    async takeOver(node, { now, until, limit }) {
      return atWork()
        .filter((run) => run.leaseUntil <= now)
        .sort((a, b) => a.leaseUntil - b.leaseUntil)
        .slice(0, Math.max(0, limit))
        .map((run) => {
          run.leaseUntil = until
          run.record = { ...run.record, node, epoch: run.record.epoch + 1 }
          return run.record
        })
    },
  }
}

function matches(
  record: MemoryRun['record'],
  claim: { readonly runId: string; readonly epoch: number; readonly node: string },
): boolean {
  return record.runId === claim.runId && record.epoch === claim.epoch && record.node === claim.node
}
