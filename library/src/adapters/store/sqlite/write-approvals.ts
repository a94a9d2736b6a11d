/** The command that answers an approval. The law: the first answer wins, and is in the log in the same moment. @module */
import type { ApprovalAnswer } from '../../../agent/ports.ts'
import type { ApprovalRequested } from '../../../protocol/events.ts'
import { changesOf, isTooLate, resolutionOf, type Wrapping } from '../rules/derived.ts'
import type { Entry, WriteCommands } from './commands.ts'
import { type ApprovalRow, approvalOf } from './rows.ts'
import { keepInput, moveEnd, writeLog } from './write-log.ts'

export const approvalWrites: Pick<WriteCommands, 'resolveApproval'> = {
  resolveApproval(db, owner, approvalId, json) {
    const answer = JSON.parse(json) as ApprovalAnswer
    const row = db.get<ApprovalRow & { readonly wrapping: string; readonly run_id: string }>(
      `SELECT thread_id, request, status, answered_by, wrapping, run_id FROM approvals JOIN threads USING (thread_key)
       WHERE approvals.tenant = ? AND approvals.user = ? AND approval_id = ?`,
      owner.tenant,
      owner.user,
      approvalId,
    )
    if (row === undefined) return { status: 'not_found' }
    if (row.status !== 'open') return { status: 'already_resolved', approval: approvalOf(row) }
    const request = JSON.parse(row.request) as ApprovalRequested
    if (isTooLate(request, answer)) return { status: 'expired', approval: approvalOf(row) }
    const event = resolutionOf(request, JSON.parse(row.wrapping) as Wrapping[], answer)
    const entry: Entry = {
      at: answer.at,
      lines: [JSON.stringify(event)],
      changes: changesOf(event).map((change) => ({ line: 0, change })),
    }
    const end = moveEnd(db, owner, row.thread_id, entry)
    if (end === undefined) throw new Error('the thread of an approval is not there')
    writeLog(db, { owner, runId: row.run_id, ...end }, entry)
    if (answer.input !== undefined) {
      // What was shown of the edited arguments is all there is to them, unless more of them is kept.
      const whole = JSON.stringify(answer.keptInput ?? answer.input)
      keepInput(db, { ...owner, runId: row.run_id, threadKey: end.threadKey }, request.callId, whole)
    }
    db.run(
      'UPDATE runs SET lease_until = 0 WHERE run_id = ? AND tenant = ? AND user = ? AND parked AND outcome IS NULL',
      row.run_id,
      owner.tenant,
      owner.user,
    )
    return {
      status: 'resolved',
      approval: approvalOf({ ...row, status: answer.decision, answered_by: answer.by ?? null }),
      events: [{ seq: end.firstSeq, at: answer.at, event }],
    }
  },
}
