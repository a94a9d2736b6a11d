/**
 * What must be true after a round, whatever befell the server in it. The law: a rule says what was promised to people and
 * tools (docs/design/survival.md), and asks nothing of how it is kept.
 *
 * @module
 */
import { checkContract, type LoggedEvent } from 'toolcrib/protocol'
import { type LoggedRun, runsOf } from './calls.ts'
import { answerOf, type Script } from './plan.ts'
import { judgeCalls } from './rules-of-calls.ts'
import type { Testimony } from './testimony.ts'
import type { WitnessLine } from './witness.ts'

/** By their stable names. */
export const rules = {
  CONTRACT: 'A log keeps the run contract',
  SEEN_IS_LOGGED: 'What a reader was given, over all its connections, is the log',
  MESSAGE_ONCE: 'Every acknowledged message stands in the log once, with its run, and no other does',
  RUN_ENDED: 'Every run ends',
  GOES_ON: 'A run that nobody stopped ends as its script says, whatever became of the server',
  TEXT_WHOLE: 'An answer is the text that was streamed, no piece lost or twice',
  STOP_HOLDS: 'After an acknowledged stop nothing begins, and the run ends as stopped',
  THREAD_FREE: 'When a run has ended its thread takes the next message',
  ANSWER_HOLDS: 'An approval is answered once, and the answer that was acknowledged is the one that counts',
  WORK_LOGGED: 'A tool starts after its start was logged, and not after its run has ended',
  WORK_ONCE:
    'What may not be repeated is done at most once; what is repeated has the same idempotency key, of its own call',
  OUTCOME_TRUE: 'The outcome of a call is what the tool really did',
  MODEL_ASKED: 'The model is asked for the steps of its script, and for nothing else',
  SERVER_STANDS: 'The server ends when it is told to and not otherwise, with exit code 0 when it was asked',
  NOTHING_HELD: 'When everybody has gone, nothing that was opened for them is left',
} as const

export type Rule = keyof typeof rules

export interface Finding {
  readonly rule: Rule
  /** Whose case; absent: the server's. */
  readonly user?: string
  readonly detail: string
}

export interface Evidence {
  readonly testimony: Testimony
  readonly log: readonly LoggedEvent[]
  /** By the second reader, unless there was none or it never read. */
  readonly secondSeen?: readonly LoggedEvent[]
  readonly witness: readonly WitnessLine[]
  /** How many faults there were by which a node loses the runs that it holds. */
  readonly losses: number
}

export type Report = (rule: Rule, detail: string) => void

/** Judges one person's case. Pure: the same evidence has the same findings. */
export function judge(evidence: Evidence): readonly Finding[] {
  const { testimony, log, secondSeen } = evidence
  const findings: Finding[] = []
  const report: Report = (rule, detail) => void findings.push({ rule, user: testimony.case.user, detail })
  const runs = runsOf(log)

  for (const { rule, seq, message } of checkContract(log)) report('CONTRACT', `${rule} at ${seq}: ${message}`)
  judgeReader('the person', testimony.seen, log, report)
  if (secondSeen !== undefined)
    judgeReader(`the second reader (${testimony.case.secondReader})`, secondSeen, log, report)
  for (const trouble of testimony.troubles) report('THREAD_FREE', trouble)
  judgeMessages(testimony, runs, report)
  for (const { script, acknowledged } of testimony.sends) {
    const run = runs.get(acknowledged?.runId ?? '')
    if (run !== undefined) judgeRun(run, script, testimony, report)
  }
  judgeStops(evidence, runs, report)
  judgeCalls(evidence, [...runs.values()], report)
  return findings
}

function judgeReader(who: string, seen: readonly LoggedEvent[], log: readonly LoggedEvent[], report: Report): void {
  const at = log.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(seen[index]))
  if (at >= 0) report('SEEN_IS_LOGGED', `${who} was given ${describe(seen[at])} where the log has ${describe(log[at])}`)
  else if (seen.length > log.length)
    report('SEEN_IS_LOGGED', `${who} was given ${describe(seen[log.length])}, which is not in the log`)
}

function judgeMessages({ sends }: Testimony, runs: ReadonlyMap<string, LoggedRun>, report: Report): void {
  for (const { script, acknowledged } of sends) {
    const run = runs.get(acknowledged?.runId ?? '')
    if (run === undefined || run.messageId !== acknowledged?.messageId)
      report(
        'MESSAGE_ONCE',
        `"${script.id}" was acknowledged as ${JSON.stringify(acknowledged)}, which is not in the log`,
      )
  }
  if (runs.size > sends.length)
    report('MESSAGE_ONCE', `${sends.length} messages were sent, and ${runs.size} are in the log`)
}

function judgeRun(run: LoggedRun, script: Script, { stops }: Testimony, report: Report): void {
  const { runId, end, text } = run
  if (end === undefined) return report('RUN_ENDED', `run ${runId} of "${script.id}" has no end`)
  const { outcome, error, message } = end.event
  const stop = stops.find((asked) => asked.runId === runId)
  if (stop?.acknowledged?.stopping === true || (stop !== undefined && outcome === 'stopped')) return
  const said = message?.parts.map((part) => part.text).join('') ?? ''
  const isRefused = script.steps.some(({ trouble }) => trouble?.kind === 'refused')
  const ended = `run ${runId} of "${script.id}" ended ${outcome} ${error?.code ?? ''}`
  if (isRefused) {
    if (outcome !== 'failed' || error?.code !== 'MODEL_REQUEST_REFUSED')
      report('GOES_ON', `${ended}, its model refuses`)
    return
  }
  if (outcome !== 'completed') report('GOES_ON', `${ended}, and nobody stopped it`)
  else if (said !== answerOf(script)) report('GOES_ON', `${ended}, and not with its answer: ${said.slice(0, 200)}`)
  else if (said !== text) report('TEXT_WHOLE', `${ended}, and what was streamed was: ${text.slice(0, 200)}`)
}

function judgeStops({ testimony, witness }: Evidence, runs: ReadonlyMap<string, LoggedRun>, report: Report): void {
  for (const { runId, acknowledged } of testimony.stops) {
    const run = runs.get(runId)
    if (run?.end === undefined || acknowledged === undefined) continue
    const { stopping, at } = acknowledged
    const { outcome } = run.end.event
    const wasOver = run.end.at <= at || (run.answeredAt !== undefined && run.answeredAt <= at)
    if (!stopping && run.end.at > at) report('STOP_HOLDS', `run ${runId} was said to have ended, and ended later`)
    if (!stopping) continue
    if (outcome !== 'stopped' && !wasOver)
      report('STOP_HOLDS', `run ${runId} ended ${outcome} ${run.end.at - at} ms after its stop was acknowledged`)
    const callIds = new Set(run.calls.map(({ callId }) => callId))
    for (const line of witness) {
      if (line.what === 'start' && callIds.has(line.callId) && line.at > at)
        report('STOP_HOLDS', `${line.tool} of run ${runId} began ${line.at - at} ms after the stop was acknowledged`)
    }
  }
}

function describe(event: LoggedEvent | undefined): string {
  return event === undefined ? 'nothing' : `${event.seq} ${JSON.stringify(event.event).slice(0, 160)}`
}
