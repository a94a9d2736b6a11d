/**
 * What a round of chaos consists of, as data: what people ask for, what the model will say, and what goes wrong when. The
 * law: everything that is generated is here, so a seed is a whole round.
 *
 * @module
 */

/** One server process with its people, and what befalls it. */
export interface Round {
  readonly cases: readonly Case[]
  /** One after the other. */
  readonly faults: readonly Fault[]
}

/** One person with one thread. */
export interface Case {
  /** Their name, which they keep when others are left out. */
  readonly user: string
  readonly messages: readonly Message[]
  /** Who else reads the thread. */
  readonly secondReader: SecondReader
}

export type SecondReader = 'none' | 'tab' | 'stream' | 'slow' | 'dead'

export interface Message {
  /** The last one has no calls: it is the answer. */
  readonly steps: readonly Step[]
  /** For the approvals that the run asks for, in the order of the calls; again from the first when there are more. */
  readonly answers: readonly Answer[]
  readonly acts: readonly Act[]
}

export interface Step {
  readonly chunks: number
  readonly chunkBytes: number
  readonly pauseMs: number
  readonly calls: readonly PlannedCall[]
  readonly trouble: Trouble | null
  /** The provider gives every call the same id. */
  readonly sameIds: boolean
}

export interface Trouble {
  readonly kind: 'rate_limited' | 'overloaded' | 'cut' | 'stall' | 'refused'
  /** So many requests for the step meet it; the next is answered. */
  readonly times: number
}

export interface PlannedCall {
  readonly tool: PlannedTool
  readonly workMs: number
  /** Of the agent that is called, when the tool is one. */
  readonly steps: readonly Step[]
}

export type PlannedTool =
  | 'look_up'
  | 'count_up'
  | 'write_down'
  | 'put_once'
  | 'erase'
  | 'fail'
  | 'ignore_stop'
  | 'calculate'
  | 'clerk'
  | 'not_a_tool'
  | 'bad_input'

export interface Answer {
  readonly decision: 'approved' | 'denied' | 'edited'
  /** `after_fault`: when the next fault is over, if one is still to come. */
  readonly when: 'at_once' | 'after_fault'
  /** Two: over the socket and over HTTP in the same moment. */
  readonly doors: 1 | 2
}

export interface Act {
  /** Of the run, as the person has seen them. */
  readonly afterEvents: number
  readonly does: 'stop' | 'cut'
}

export interface Fault {
  readonly kind: FaultKind
  readonly moment: Moment
  readonly lengthMs: number
}

export const faultKinds = [
  'kill',
  'crash_loop',
  'freeze',
  'deploy',
  'hasty_deploy',
  'cut',
  'full_disk',
  'full_disk_kill',
  'slow_disk',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** Counted over all people from the end of the fault before. A fault comes earlier when nothing is left to happen. */
export interface Moment {
  readonly what: Happening
  readonly nth: number
}

export type Happening =
  | 'event'
  | 'step_completed'
  | 'tool_executing'
  | 'tool_completed'
  | 'approval_requested'
  | 'send_acknowledged'
  | 'stop_acknowledged'
  | 'answer_acknowledged'

/** What a message says to the scripted model. */
export interface Script {
  readonly id: string
  readonly steps: readonly ScriptedStep[]
}

export interface ScriptedStep extends Omit<Step, 'calls'> {
  readonly calls: readonly { readonly tool: string; readonly input: unknown }[]
}

/** A nonce for every call, so that what the tool did can be told from what every other did. */
export function scriptOf(id: string, steps: readonly Step[]): Script {
  return {
    id,
    steps: steps.map((step, at) => ({
      ...step,
      calls: step.calls.map((call, index) => scriptedCall(`${id}.${at}.${index}`, call)),
    })),
  }
}

function scriptedCall(nonce: string, { tool, workMs, steps }: PlannedCall): ScriptedStep['calls'][number] {
  switch (tool) {
    case 'clerk':
      return { tool, input: { message: JSON.stringify(scriptOf(nonce, steps)) } }
    case 'calculate':
      return { tool, input: { expression: '6 * 7' } }
    case 'bad_input':
      return { tool: 'look_up', input: { nonce, workMs: 'soon' } }
    default:
      return { tool, input: { nonce, workMs } }
  }
}

/** What a step says, in the pieces it comes in. */
export function chunksOf(
  id: string,
  at: number,
  { chunks, chunkBytes }: Pick<Step, 'chunks' | 'chunkBytes'>,
): string[] {
  return Array.from({ length: chunks }, (_, index) => `[${id} ${at}/${index}]`.padEnd(chunkBytes, '.'))
}

/** The text that a run ends with when nothing stops it. */
export function answerOf({ id, steps }: Script): string {
  const last = steps.length - 1
  const step = steps[last]
  return step === undefined ? '' : chunksOf(id, last, step).join('')
}
