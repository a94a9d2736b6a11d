/** Approvals in memory. The law: the first answer wins, and is in the log in the same moment. @module */
import type { ApprovalRecord, ApprovalStore } from '../../../agent/ports.ts'
import { isTooLate, resolutionOf } from '../rules/derived.ts'
import { appendEvents, type MemoryApproval, type MemoryState } from './state.ts'

export function createMemoryApprovals(state: MemoryState): ApprovalStore {
  return {
    async get(owner, approvalId) {
      const held = state.of(owner).approvals.get(approvalId)
      return held && recordOf(held)
    },
    async listOpen(owner, threadId) {
      return [...state.of(owner).approvals.values()]
        .filter((held) => held.threadId === threadId && held.status === 'open')
        .map(recordOf)
    },
    async resolve(owner, approvalId, answer) {
      const mine = state.of(owner)
      const held = mine.approvals.get(approvalId)
      const thread = held && mine.threads.get(held.threadId)
      if (held === undefined || thread === undefined) return { status: 'not_found' }
      if (held.status !== 'open') return { status: 'already_resolved', approval: recordOf(held) }
      if (isTooLate(held.request, answer)) return { status: 'expired', approval: recordOf(held) }
      const events = appendEvents(mine, thread, {
        at: answer.at,
        runId: held.runId,
        events: [resolutionOf(held.request, held.wrapping, answer)],
      })
      const run = mine.runs.get(held.runId)
      if (run !== undefined && answer.input !== undefined) {
        run.inputs.set(held.request.callId, JSON.stringify(answer.keptInput ?? answer.input))
      }
      if (run?.record.parked === true && run.record.outcome === null) run.leaseUntil = 0
      return { status: 'resolved', approval: recordOf(held), events }
    },
  }
}

export function recordOf({ request, threadId, status, by }: MemoryApproval): ApprovalRecord {
  return { ...request, threadId, status, ...(by === undefined ? {} : { by }) }
}
