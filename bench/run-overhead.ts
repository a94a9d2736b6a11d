/** What does a run cost around its model and its tools? @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { type Timing, takeTurns } from './measure.ts'
import { createAiSdkRun } from './peers/ai-sdk.ts'
import { createHandLoop } from './peers/hand-loop.ts'
import { createOpenAiAgentsRun } from './peers/openai-agents.ts'
import { createToolcribRun } from './peers/toolcrib.ts'
import { answerDeltas, type RunOnce, type RunScript } from './script.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'

const labels = {
  hand: 'plain loop by hand',
  ai: '`ai` ToolLoopAgent',
  openai: '`@openai/agents`',
  memory: 'Toolcrib, in memory',
  sqlite: 'Toolcrib, durable (SQLite)',
} as const
type System = keyof typeof labels
const systems = Object.keys(labels) as System[]

const scripts = {
  one: { calls: 1, deltas: 1 },
  twenty: { calls: 20, deltas: 1 },
  hundred: { calls: 100, deltas: 1 },
  word: { calls: 0, deltas: 1 },
  words: { calls: 0, deltas: 2_000 },
} as const satisfies Readonly<Record<string, RunScript>>
type ScriptName = keyof typeof scripts
type Timings = Readonly<Record<ScriptName, Readonly<Record<System, Timing>>>>

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
try {
  const timings = await measure()
  tellCalls(timings)
  tellDeltas(timings)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Every system with every script takes its turn in every round: their differences are what counts. */
async function measure(): Promise<Timings> {
  await using opened = new AsyncDisposableStack()
  const runs = new Map<string, RunOnce>()
  for (const [name, script] of Object.entries(scripts)) {
    const memoryStore = opened.use(createMemoryStore())
    const durableStore = opened.use(await createSqliteStore({ folder: join(folder, name) }))
    const made: Readonly<Record<System, RunOnce>> = {
      hand: createHandLoop(script),
      ai: createAiSdkRun(script),
      openai: createOpenAiAgentsRun(script),
      memory: opened.use(createToolcribRun(script, memoryStore)).runOnce,
      sqlite: opened.use(createToolcribRun(script, durableStore)).runOnce,
    }
    const expected = answerDeltas(script).join('')
    for (const system of systems) {
      const answer = await made[system]()
      if (answer !== expected) throw new Error(`Expected ${system} to answer in full, got ${answer.length} characters`)
      runs.set(`${system} ${name}`, made[system])
    }
  }
  progress(`${runs.size} runs take turns`)
  const timings = await takeTurns(Object.fromEntries(runs), { turns: 9, turnMs: 60, warmUpMs: 500 })
  const ofScript = (name: ScriptName): Readonly<Record<System, Timing>> => {
    const found = systems.map((system) => [system, timings[`${system} ${name}`]] as const)
    return Object.fromEntries(found) as Record<System, Timing>
  }
  return {
    one: ofScript('one'),
    twenty: ofScript('twenty'),
    hundred: ofScript('hundred'),
    word: ofScript('word'),
    words: ofScript('words'),
  }
}

function tellCalls({ one, twenty, hundred }: Timings): void {
  const early = (system: System): number => (twenty[system].cpuUs - one[system].cpuUs) / 19
  const late = (system: System): number => (hundred[system].cpuUs - twenty[system].cpuUs) / 80
  const elapsed = (system: System): number => (hundred[system].us - one[system].us) / 99
  const faster = Math.min(early('ai'), early('openai'))
  printAnswer({
    question: 'What does a tool call cost around the tool?',
    columns: [
      'system',
      'run of 1 call, µs',
      'of 20',
      'of 100',
      'a call (1 to 20), µs',
      'a call (20 to 100), µs',
      'faster peer ÷ it',
      'elapsed a call, µs',
    ],
    rows: systems.map((system) => [
      labels[system],
      ...[one, twenty, hundred].map((timings) => figure(timings[system].cpuUs)),
      figure(early(system)),
      figure(late(system)),
      ratio(faster, early(system)),
      figure(elapsed(system)),
    ]),
    notes: [
      'The model is scripted, answers at once and calls one tool a step; the tool adds two numbers. Processor time of the main thread, median of 9 turns; the last column is the time on the clock, which others on the machine and the disk add to.',
      'The peers and the plain loop keep nothing. Toolcrib commits every event to its log before it goes on; durable: on the disk before it goes on.',
      `Target: at most a fifth of the faster peer. In memory: ${verdict(early('memory') <= faster / 5)} (${ratio(early('memory'), faster)} of it). Durable, main thread: ${verdict(early('sqlite') <= faster / 5)} (${ratio(early('sqlite'), faster)}).`,
      `Target: flat in the length of the run (a late call costs at most 1.25 early ones). In memory: ${verdict(late('memory') <= 1.25 * early('memory'))} (${ratio(late('memory'), early('memory'))}). Durable: ${verdict(late('sqlite') <= 1.25 * early('sqlite'))} (${ratio(late('sqlite'), early('sqlite'))}). \`ai\`: ${ratio(late('ai'), early('ai'))}; \`@openai/agents\`: ${ratio(late('openai'), early('openai'))}.`,
    ],
  })
}

function tellDeltas({ word, words }: Timings): void {
  const each = (system: System): number => (words[system].cpuUs - word[system].cpuUs) / 1_999
  const faster = Math.min(each('ai'), each('openai'))
  printAnswer({
    question: 'What does a piece of streamed text cost?',
    columns: ['system', 'answer in 1 piece, µs', 'in 2,000', 'a piece, µs', 'faster peer ÷ it'],
    rows: systems.map((system) => [
      labels[system],
      figure(word[system].cpuUs),
      figure(words[system].cpuUs),
      each(system) > 0 ? figure(each(system)) : 'lost in the noise',
      each(system) > 0 ? ratio(faster, each(system)) : '–',
    ]),
    notes: [
      'A run without calls whose model answers in 2,000 pieces at once. Processor time of the main thread, median of 9 turns.',
      'The peers hand on each piece; Toolcrib gathers the pieces of 16 ms, on the real clock, into one event, and every event is committed.',
      `Target: at most a fifth of the faster peer. In memory: ${verdict(each('memory') <= faster / 5)}. Durable: ${verdict(each('sqlite') <= faster / 5)}.`,
    ],
  })
}
