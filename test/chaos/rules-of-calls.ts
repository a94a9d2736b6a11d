/**
 * The rules for calls: what the log says of each beside what the tool's witness says. The law: the witness is believed.
 *
 * @module
 */
import type { CallOutcome } from 'toolcrib/protocol'
import type { LoggedCall, LoggedRun } from './calls.ts'
import type { Evidence, Report } from './rules.ts'
import type { WitnessLine } from './witness.ts'

/** Tools that tell the witness, and whether they may be repeated. */
const isRepeatable: Readonly<Record<string, boolean>> = {
  look_up: true,
  count_up: true,
  put_once: true,
  write_down: false,
  erase: false,
  fail: false,
  ignore_stop: false,
}
/** Agents and the server's own tools: repeated or gone on with, but without a witness. */
const unwitnessedRepeatable: ReadonlySet<string> = new Set(['clerk', 'calculate'])
/** How a call may end only because its run was stopped. */
const endings: ReadonlySet<CallOutcome> = new Set(['cancelled', 'abandoned'])

export function judgeCalls({ testimony, witness, losses }: Evidence, runs: readonly LoggedRun[], report: Report): void {
  const linesOf = Map.groupBy(witness, ({ callId }) => callId)
  const known = new Set<string>()
  for (const run of runs) {
    const wasStopped = run.end?.event.outcome === 'stopped'
    for (const call of run.calls) {
      known.add(call.callId)
      const lines = linesOf.get(call.callId) ?? []
      judgeStarts(call, lines, run, report)
      judgeRepeats(call, lines, report)
      judgeOutcome(call, lines, { wasStopped, wasFailed: run.end?.event.outcome === 'failed', losses }, report)
      judgeApproval(call, lines, { wasStopped, answers: testimony.answers }, report)
    }
  }
  judgeKeys(witness, known, report)
}

function startsIn(lines: readonly WitnessLine[]): readonly WitnessLine[] {
  return lines.filter(({ what }) => what === 'start')
}

function judgeStarts(call: LoggedCall, lines: readonly WitnessLine[], run: LoggedRun, report: Report): void {
  const starts = startsIn(lines)
  if (starts.length > call.starts.length)
    report('WORK_LOGGED', `${nameOf(call)} started ${starts.length} times, logged were ${call.starts.length}`)
  for (const [index, { at }] of starts.entries()) {
    const loggedAt = call.starts[index]
    if (loggedAt !== undefined && at < loggedAt) report('WORK_LOGGED', `${nameOf(call)} started before that was logged`)
    if (run.end !== undefined && at > run.end.at)
      report('WORK_LOGGED', `${nameOf(call)} started ${at - run.end.at} ms after the end of its run`)
    if (call.end !== undefined && at > call.end.at)
      report(
        'WORK_LOGGED',
        `${nameOf(call)} started ${at - call.end.at} ms after it had ended ${call.end.event.outcome}`,
      )
  }
}

function judgeRepeats(call: LoggedCall, lines: readonly WitnessLine[], report: Report): void {
  const starts = startsIn(lines)
  const keys = new Set(starts.map(({ idempotencyKey }) => idempotencyKey))
  if (isRepeatable[call.tool] === false && starts.length > 1)
    report('WORK_ONCE', `${nameOf(call)} may not be repeated, and was started ${starts.length} times`)
  if (keys.size > 1) report('WORK_ONCE', `${nameOf(call)} was repeated under other keys: ${[...keys].join(', ')}`)
}

function judgeKeys(witness: readonly WitnessLine[], known: ReadonlySet<string>, report: Report): void {
  const mine = witness.filter(({ callId }) => known.has(callId))
  for (const [key, lines] of Map.groupBy(mine, ({ idempotencyKey }) => idempotencyKey)) {
    const calls = new Set(lines.map(({ callId }) => callId))
    if (calls.size > 1) report('WORK_ONCE', `the key ${key} was given to the calls ${[...calls].join(', ')}`)
  }
}

interface Circumstances {
  readonly wasStopped: boolean
  readonly wasFailed: boolean
  readonly losses: number
}

function judgeOutcome(
  call: LoggedCall,
  lines: readonly WitnessLine[],
  circumstances: Circumstances,
  report: Report,
): void {
  if (call.end === undefined) return
  const { outcome, output } = call.end.event
  const { wasStopped, wasFailed, losses } = circumstances
  const isWitnessed = isRepeatable[call.tool] !== undefined
  const lie = (why: string): void => report('OUTCOME_TRUE', `${nameOf(call)} ended ${outcome}, ${why}`)
  switch (outcome) {
    case 'ok': {
      const mark = markOf(output)
      if (isWitnessed && !lines.some((line) => line.how === 'returned' && line.mark === mark))
        lie(`and no work of that call gave what is told: ${JSON.stringify(output)}`)
      if (call.tool === 'fail') lie('which it never does')
      return
    }
    case 'failed':
      if (call.tool !== 'fail' && call.tool !== 'clerk') lie(`which it never does: ${call.end.event.error?.message}`)
      if (call.tool === 'fail' && !lines.some(({ how }) => how === 'threw')) lie('and no work of it did')
      return
    case 'invalid':
    case 'refused':
      if (lines.length > 0) lie('and yet it was at work')
      if (outcome === 'refused' && call.tool !== 'not_a_tool' && !isDenied(call)) lie('and nobody had refused it')
      return
    case 'unknown':
      if (losses === 0) lie('and no node had lost it')
      if (call.starts.length === 0) lie('and had not started')
      if ((isRepeatable[call.tool] === true || unwitnessedRepeatable.has(call.tool)) && !wasStopped && !wasFailed)
        lie('and could have been gone on with')
      return
    case 'cancelled':
    case 'abandoned':
      if (endings.has(outcome) && !wasStopped && !wasFailed) lie('and nobody had stopped its run')
      return
    case 'timed_out':
      return lie('and it had all the time it needed')
    default:
      outcome satisfies never
  }
}

interface Answered {
  readonly wasStopped: boolean
  readonly answers: Evidence['testimony']['answers']
}

function judgeApproval(
  call: LoggedCall,
  lines: readonly WitnessLine[],
  { wasStopped, answers }: Answered,
  report: Report,
): void {
  for (const { approvalId, resolved } of call.approvals) {
    const given = answers.filter((answer) => answer.approvalId === approvalId)
    const accepted = given.flatMap((answer) => answer.results.filter((result) => result === 'ok').map(() => answer))
    const lie = (why: string): void => report('ANSWER_HOLDS', `${approvalId} of ${nameOf(call)} ${why}`)
    if (accepted.length > 1) lie(`was answered ${accepted.length} times`)
    if (resolved === undefined) {
      if (accepted.length > 0) lie('was answered, and the log has no answer')
      continue
    }
    const { decision } = resolved
    if (decision === 'expired') lie('expired long before its time')
    if (decision === 'cancelled' && !wasStopped) lie('was cancelled, and nobody had stopped the run')
    const asGiven = given.some((answer) => answer.decision === decision)
    if ((decision === 'approved' || decision === 'denied') && !asGiven) lie(`is ${decision}, which nobody had said`)
    for (const answer of accepted)
      if (answer.decision !== decision) lie(`was acknowledged ${answer.decision}, and is ${decision}`)
    if (decision === 'approved' && call.starts.length === 0 && !wasStopped)
      lie('is approved, and the call never started')
    const [answer] = given
    if (decision !== 'approved' || answer === undefined) continue
    const expected = JSON.stringify(answer.input ?? call.input)
    for (const { input } of startsIn(lines)) {
      if (JSON.stringify(input) !== expected)
        lie(`is approved for ${expected}, and it worked on ${JSON.stringify(input)}`)
    }
  }
}

function isDenied({ approvals }: LoggedCall): boolean {
  return approvals.some(({ resolved }) => resolved?.decision === 'denied')
}

function markOf(output: unknown): unknown {
  return typeof output === 'object' && output !== null && 'mark' in output ? output.mark : undefined
}

function nameOf({ tool, callId }: LoggedCall): string {
  return `${tool} (${callId})`
}
