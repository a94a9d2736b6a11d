/**
 * What becomes of a run whose node died. The law: it ends once, and says of each call it left open that nobody knows.
 *
 * @module
 */
import type { EventLog } from './event-log.ts'
import { createJournal } from './journal.ts'
import type { Clock, Logger, RunRecord, Store } from './ports.ts'
import { createRunState } from './run-state.ts'
import { readThread } from './thread-events.ts'

export interface RecoveryOptions {
  readonly store: Store
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  /** How long the claim by which `run` was taken over holds. */
  readonly leaseMs: number
}

/** Ends a run that was taken over. Rejects with `RunLost` or what the store throws: then the next takeover tries again. */
export async function endInterrupted(run: RunRecord, options: RecoveryOptions): Promise<void> {
  const { store, log, clock, logger, leaseMs } = options
  const { owner, threadId, runId, epoch } = run
  const place = { owner, threadId }
  const leaseUntil = clock.monotonic() + leaseMs
  const state = createRunState(runId, run.startedAt)
  let after = 0
  for await (const { seq, event } of readThread(store.events, owner, threadId)) {
    after = seq
    if (event.type !== 'thread_renamed' && event.type !== 'message_added' && event.runId === runId) state.apply(event)
  }
  for (const { approvalId } of await store.approvals.listOpen(owner, threadId)) {
    await log.commit(
      place,
      () => store.approvals.resolve(owner, approvalId, { decision: 'cancelled', at: clock.now() }),
      (answered) => (answered.status === 'resolved' ? answered.events : []),
    )
  }
  const journal = createJournal({
    owner,
    threadId,
    fence: { runId, epoch },
    after,
    events: store.events,
    log,
    clock,
    logger,
    holds: () => clock.monotonic() < leaseUntil,
    onLost: () => {},
  })
  for (const event of state.endings(clock.now())) journal.emit(event)
  await journal.commit()
}
