/**
 * What can hold a reservation in a run, by name. The law: whoever reserves and whoever counts what an event says was used
 * name it alike.
 *
 * @module
 */

export const holders = {
  /** The step of a run, or of an agent that it called: each makes one at a time. */
  step: (runId: string): string => `step:${runId}`,
  /** The summary of a conversation that such a step needs first. */
  summary: (runId: string): string => `summary:${runId}`,
  call: (callId: string): string => `call:${callId}`,
  /** The claim of the run. */
  time: 'time',
} as const
