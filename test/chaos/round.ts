/**
 * Carries out one round: people, faults, and the judgement of what is left. The law: it ends, whatever the server does.
 *
 * @module
 */
import { join } from 'node:path'
import type { LoggedEvent } from 'toolcrib/protocol'
import { runsOf } from './calls.ts'
import { type Disk, openDisk } from './disk.ts'
import { carryOut, leavePatienceMs } from './faults.ts'
import { createHappenings, type Happenings } from './happenings.ts'
import { getJson, readLog } from './http.ts'
import { type ModelServer, startModelServer } from './model-server.ts'
import { becomes, persist } from './patience.ts'
import { type Person, seatPerson } from './person.ts'
import { type FaultKind, faultKinds, type Round } from './plan.ts'
import { heldBy, leftIn, orphansOf } from './remains.ts'
import { type Finding, judge } from './rules.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'
import { callCounts, countBy, repeatedIn, type Tally } from './tally.ts'
import type { Testimony } from './testimony.ts'
import { readWitness, type WitnessLine } from './witness.ts'

export interface RoundReport {
  readonly findings: readonly Finding[]
  readonly tally: Tally
  readonly elapsedMs: number
  /** Of those whom a finding names, to find out more. */
  readonly accounts: ReadonlyMap<string, Account>
  /** The last of what the server wrote to standard error. */
  readonly complaints: readonly string[]
}

/** One person's case: the log, what they did and were told, and what their tools did. */
export interface Account {
  readonly log: readonly LoggedEvent[]
  readonly testimony: Testimony
  readonly witness: readonly WitnessLine[]
}

/** From the end of the last fault: several leases, and the slowest of all scripts. */
const settlingMs = 45_000
/** Of one fault with all that follows until the next. */
const faultPatienceMs = 60_000
const catchUpMs = 15_000
/** A node that cannot write for longer than its lease has lost its runs, too; one that is merely frozen has not. */
const losesRuns: ReadonlySet<FaultKind> = new Set(faultKinds.filter((kind) => kind !== 'cut' && kind !== 'freeze'))

export async function runRound(round: Round): Promise<RoundReport> {
  const startedAt = performance.now()
  using disk = openDisk()
  await using model = await startModelServer()
  const temporaryFolder = join(disk.besideFolder, 'tmp')
  const witnessPath = join(disk.besideFolder, 'witness.jsonl')
  await using server = await createServerProcess({
    dataFolder: disk.dataFolder,
    witnessPath,
    temporaryFolder,
    modelUrl: model.url,
  })
  await server.start()

  const happenings = createHappenings()
  const giveUp = new AbortController()
  const people = await Promise.all(
    round.cases.map((one) => seatPerson({ case: one, url: server.url, happenings, signal: giveUp.signal })),
  )
  const findings: Finding[] = []
  const report = (rule: Finding['rule'], details: readonly string[]): void => {
    findings.push(...details.map((detail) => ({ rule, detail })))
  }
  const acting = Promise.allSettled(people.map((person) => person.act()))
  report('SERVER_STANDS', await befall(round, { server, disk, people, happenings }))
  const isSettled = await within(acting, settlingMs)
  if (!isSettled) findings.push(...stuckOf(people))
  giveUp.abort(new Error('The round was given up'))
  await acting

  const logs = await logsOf(people, server)
  await catchUp(people, logs)
  for (const person of people) person.leave()
  const operator = people[0]?.token ?? ''
  report('NOTHING_HELD', await heldBy(server.url, operator).catch((error: unknown) => [`no health: ${String(error)}`]))
  const metrics = await metricsOf(server, operator)
  for (const { secondReader } of people) secondReader?.close()
  report('SERVER_STANDS', await end(server))
  report('NOTHING_HELD', await orphansOf(server.pids))
  report('NOTHING_HELD', leftIn(disk.dataFolder, temporaryFolder))
  report('MODEL_ASKED', model.surprises)

  const witness = readWitness(witnessPath)
  const losses = round.faults.filter(({ kind }) => losesRuns.has(kind)).length
  for (const person of people) {
    const { testimony, secondReader } = person
    const log = logs.get(testimony.case.user) ?? []
    const isJudged = secondReader !== undefined && testimony.case.secondReader !== 'dead'
    const second = isJudged ? { secondSeen: secondReader.seen } : {}
    findings.push(...judge({ testimony, log, witness, losses, ...second }))
    const wrong = secondReader?.faults ?? []
    findings.push(...wrong.map((detail) => ({ rule: 'SEEN_IS_LOGGED' as const, user: testimony.case.user, detail })))
  }
  return {
    findings,
    tally: tallyOf(round, { logs, model, metrics, repeated: repeatedIn(witness) }),
    elapsedMs: performance.now() - startedAt,
    accounts: accountsOf(findings, { people, logs, witness }),
    complaints: server.complaints,
  }
}

interface Surroundings {
  readonly server: ServerProcess
  readonly disk: Disk
  readonly people: readonly Person[]
  readonly happenings: Happenings
}

/** One fault after the other, each at its moment. Resolves with what went wrong. */
async function befall(
  { faults }: Round,
  { server, disk, people, happenings }: Surroundings,
): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const fault of faults) {
    await within(happenings.until(fault.moment), faultPatienceMs)
    try {
      const problem = await carryOut(fault, { server, disk, people })
      if (problem !== undefined) wrong.push(problem)
    } catch (error) {
      wrong.push(`after ${fault.kind}: ${error instanceof Error ? error.message : String(error)}`)
      break
    }
    happenings.faultIsOver()
  }
  happenings.noMoreFaults()
  return wrong
}

function stuckOf(people: readonly Person[]): readonly Finding[] {
  return people
    .filter(({ stage }) => stage !== 'done')
    .map(({ stage, testimony }) => ({ rule: 'RUN_ENDED', user: testimony.case.user, detail: `still ${stage}` }))
}

async function logsOf(
  people: readonly Person[],
  server: ServerProcess,
): Promise<ReadonlyMap<string, readonly LoggedEvent[]>> {
  const entries = people.map(async ({ testimony, token, threadId }) => {
    const signal = AbortSignal.timeout(catchUpMs)
    // A server that does not stand has no logs; that it does not is found already.
    const log = await persist(() => readLog(server.url, token, threadId), { signal }).catch(() => [])
    return [testimony.case.user, log] as const
  })
  return new Map(await Promise.all(entries))
}

async function catchUp(people: readonly Person[], logs: ReadonlyMap<string, readonly LoggedEvent[]>): Promise<void> {
  for (const { secondReader } of people) secondReader?.wake()
  await becomes(
    () =>
      people.every(({ testimony, secondReader }) => {
        const { length } = logs.get(testimony.case.user) ?? []
        const isDead = secondReader === undefined || testimony.case.secondReader === 'dead'
        return testimony.seen.length >= length && (isDead || secondReader.seen.length >= length)
      }),
    catchUpMs,
  )
}

async function metricsOf(
  { url }: ServerProcess,
  token: string,
): Promise<{ readonly feedsBehind: number; readonly deadPeers: number }> {
  const health = await getJson<{ readonly connections: { readonly deadPeers: number } }>(`${url}/health`, token).catch(
    () => undefined,
  )
  const text = await fetch(`${url}/metrics`)
    .then((response) => response.text())
    .catch(() => '')
  const feedsBehind = Number(/^toolcrib_feeds_behind_total (\d+)/m.exec(text)?.[1] ?? 0)
  return { feedsBehind, deadPeers: health?.connections.deadPeers ?? 0 }
}

async function end(server: ServerProcess): Promise<readonly string[]> {
  const code = await server.leave(leavePatienceMs)
  return [
    ...server.deaths,
    ...(code === 0 ? [] : [`at the end it was asked to leave, and ended with exit code ${code}`]),
  ]
}

interface Found {
  readonly logs: ReadonlyMap<string, readonly LoggedEvent[]>
  readonly model: ModelServer
  readonly metrics: { readonly feedsBehind: number; readonly deadPeers: number }
  readonly repeated: number
}

function tallyOf({ cases, faults }: Round, { logs, model, metrics, repeated }: Found): Tally {
  const all = [...logs.values()]
  const events = all.flat().map(({ event }) => event)
  const again = [...model.asked.values()].filter((times) => times > 1).length
  return {
    cases: cases.length,
    events: events.length,
    readers: countBy(cases.map(({ secondReader }) => secondReader)),
    faults: countBy(faults.map(({ kind }) => kind)),
    ...callCounts(all.flatMap((log) => [...runsOf(log).values()])),
    rarities: {
      'steps rewound': events.filter(({ type }) => type === 'agent_rewound').length,
      'steps asked again': again,
      takeovers: events.filter((event) => event.type === 'agent_started' && event.attempt > 1).length,
      'calls repeated': repeated,
      'late results': events.filter(({ type }) => type === 'tool_late').length,
      'feeds behind': metrics.feedsBehind,
      'dead peers': metrics.deadPeers,
    },
  }
}

interface Accounts {
  readonly people: readonly Person[]
  readonly logs: ReadonlyMap<string, readonly LoggedEvent[]>
  readonly witness: readonly WitnessLine[]
}

function accountsOf(findings: readonly Finding[], { people, logs, witness }: Accounts): ReadonlyMap<string, Account> {
  const named = new Set(findings.map(({ user }) => user))
  const chosen = people.map(({ testimony }) => testimony).filter((testimony) => named.has(testimony.case.user))
  return new Map(
    chosen.map((testimony) => {
      const { user } = testimony.case
      const log = logs.get(user) ?? []
      const calls = new Set([...runsOf(log).values()].flatMap((run) => run.calls.map(({ callId }) => callId)))
      return [user, { log, testimony, witness: witness.filter(({ callId }) => calls.has(callId)) }]
    }),
  )
}

async function within(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const patience = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => patience.resolve(false), patienceMs)
  try {
    return await Promise.race([work.then(() => true), patience.promise])
  } finally {
    clearTimeout(timer)
  }
}
