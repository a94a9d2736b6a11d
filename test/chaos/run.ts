/**
 * `npm run chaos`: rounds of chaos for as long as asked, each failing one made smaller and told. The law: the last line
 * counts, and the exit code is 0 only when nothing failed.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import type { LoggedEvent } from 'toolcrib/protocol'
import type { Fault, Round } from './plan.ts'
import { type Reduced, reduce } from './reduce.ts'
import { type Account, type RoundReport, runRound } from './round.ts'
import { rules } from './rules.ts'
import { casesPerRound, type RoundDone, roundFrom, runRounds } from './run-rounds.ts'
import { addTallies, describeTally, emptyTally } from './tally.ts'

const usage = `npm run chaos -- [--minutes 20] [--seed N] [--case N [--alone]] [--reduce MINUTES]

  --minutes  how long rounds are begun; default 20
  --seed     default: one at random, which is printed
  --case     the round of that case only; with --alone nobody else is in it
  --reduce   how long a failing round is made smaller; default 5
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string' },
    case: { type: 'string' },
    alone: { type: 'boolean', default: false },
    reduce: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})
const minutes = numberOf('minutes', values.minutes)
const seed = numberOf('seed', values.seed ?? String(Math.floor(Math.random() * 1_000_000)))
const reduceMs = numberOf('reduce', values.reduce) * 60_000
const failed: RoundDone[] = []
let tally = emptyTally
let cases = 0

if (values.help) say(usage)
else await main()

async function main(): Promise<void> {
  say(`seed ${seed}`)
  const startedAt = performance.now()
  if (values.case === undefined) {
    await runRounds({ seed, goesOn: () => performance.now() - startedAt < minutes * 60_000, onDone })
  } else {
    const number = numberOf('case', values.case)
    const from = number - (number % casesPerRound)
    const round = roundFrom(seed, from)
    const alone = round.cases.filter(({ user }) => user === `case-${number}`)
    const chosen: Round = values.alone ? { ...round, cases: alone } : round
    onDone({ from, round: chosen, report: await runRound(chosen) })
  }
  say(`\n${describeTally(tally)}\n  ${Math.round((performance.now() - startedAt) / 1_000)} s, seed ${seed}\n`)
  const [first] = failed
  if (first !== undefined) explain(await reduce(first, { untilMs: performance.now() + reduceMs }))
  const lost = failed.reduce((sum, { report, round }) => sum + guiltyIn(report, round), 0)
  say(`${cases - lost} passed, ${lost} failed`)
  process.exitCode = lost === 0 ? 0 : 1
}

function onDone(done: RoundDone): void {
  const { from, round, report } = done
  tally = addTallies(tally, report.tally)
  cases += round.cases.length
  const faults = round.faults.map(describeFault).join(', ')
  say(`cases ${from} to ${from + casesPerRound - 1}: ${Math.round(report.elapsedMs / 1_000)} s; ${faults}`)
  if (report.findings.length === 0) return
  failed.push(done)
  tellFindings(report)
  for (const [user, account] of report.accounts) say(describeAccount(user, account))
  say(`  again: npm run chaos -- --seed ${seed} --case ${from}`)
}

/** A finding about the server is about everybody in its round. */
function guiltyIn({ findings }: RoundReport, round: Round): number {
  if (findings.some(({ user }) => user === undefined)) return round.cases.length
  return new Set(findings.map(({ user }) => user)).size
}

function tellFindings({ findings }: RoundReport): void {
  for (const { rule, user, detail } of findings) say(`  ${rule} ${user ?? 'the server'}: ${detail}`)
}

function explain({ round, report }: Reduced): void {
  say('The first failure, as small as it could be made:')
  tellFindings(report)
  for (const rule of new Set(report.findings.map((finding) => finding.rule))) say(`  ${rule}: ${rules[rule]}`)
  say(JSON.stringify(round, null, 1))
  for (const [user, account] of report.accounts) say(describeAccount(user, account))
  say(`\nThe server said:\n${report.complaints.slice(-30).join('\n')}\n`)
}

function describeFault({ kind, moment, lengthMs }: Fault): string {
  return `${kind} ${lengthMs} ms at ${moment.what} ${moment.nth}`
}

function describeAccount(user: string, { log, testimony, witness }: Account): string {
  const { stops, answers, sends, troubles } = testimony
  const runs = sends.map(({ script, acknowledged }) => ({ script: script.id, ...acknowledged }))
  const told = { runs, stops, answers, troubles }
  const work = witness.map(({ at, what, how = '', tool, callId }) => `  ${at} ${what} ${how} ${tool} ${callId}`)
  return [
    `\n${user} was told ${JSON.stringify(told)}`,
    'The log:',
    ...log.map(describeEvent),
    'The tools:',
    ...work,
  ].join('\n')
}

function describeEvent({ seq, at, event }: LoggedEvent): string {
  return `  ${seq} ${at} ${JSON.stringify(event).slice(0, 240)}`
}

function numberOf(name: string, value: string): number {
  const number = Number(value)
  if (value.trim() !== '' && number >= 0) return number
  process.stderr.write(`Expected --${name} to be a number, at least 0, got "${value}"\n\n${usage}`)
  process.exit(2)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
