/**
 * A run rebuilt from its thread's log. The law: what a live run knows and what is read here are the same.
 *
 * @module
 */
import type { EventStore, RunRecord } from './ports.ts'
import { createRunProgress, type RunProgress } from './run-progress.ts'
import { readThread } from './thread-events.ts'
import { createTranscript, type Transcript } from './transcript.ts'

export interface ReplayedRun {
  readonly transcript: Transcript
  readonly progress: RunProgress
}

/** Costs a read of the whole log. @throws AgentError `NOT_FOUND`, and what the store throws. */
export async function replayRun(events: EventStore, run: RunRecord): Promise<ReplayedRun> {
  const { runId, owner, threadId, startedAt } = run
  const transcript = createTranscript()
  const progress = createRunProgress(runId, startedAt)
  for await (const { event, at } of readThread(events, owner, threadId)) {
    transcript.apply(event)
    if (event.type !== 'thread_renamed' && event.type !== 'message_added' && event.runId === runId) {
      progress.apply(event, at)
    }
  }
  return { transcript, progress }
}
