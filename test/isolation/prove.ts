/**
 * The isolation proof in its large size: `npm run prove -- --seconds 1200 --seed 7`. The law: its last line says what passed
 * and what failed, and it ends with 1 when anything did.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { prove } from './proof.ts'
import { createTally } from './tally.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1200' },
    seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
  },
})
const seconds = wholeNumber('seconds', values.seconds)
const firstSeed = wholeNumber('seed', values.seed)
const schedulesPerRound = 25
const maxSteps = 60

const tally = createTally()
const startedAt = performance.now()
const elapsedSeconds = (): number => Math.round((performance.now() - startedAt) / 1_000)
let passed = 0
let failed = 0

print(`Isolation: seed ${firstSeed}, ${seconds} seconds`)
for (let seed = firstSeed; elapsedSeconds() < seconds; seed++) {
  const { disproof, passed: more } = await prove({
    seed,
    schedules: schedulesPerRound,
    maxSteps,
    tally,
    shortenMs: 180_000,
    onFirst: (error) => print(`seed ${seed} fails, a shorter schedule is looked for: ${String(error)}`),
  })
  passed += more
  if (disproof !== undefined) {
    failed += 1
    print(`\nseed ${seed} failed:\n${disproof.report}\n`)
  }
  print(`${String(elapsedSeconds()).padStart(5)} s  ${summary()}`)
}

print(`\nseen, by place: ${listed(tally.places)}`)
print(`canaries seen where they belong, by kind: ${listed(tally.canaries)}`)
print(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function summary(): string {
  const { schedules, steps, runs, places } = tally
  const frames = places.frame ?? 0
  const lines = places['log line'] ?? 0
  return `${schedules} schedules, ${steps} steps, ${runs} runs, ${frames} frames, ${lines} log lines, ${failed} failed`
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  process.stderr.write(`Expected --${name} to be a whole number, got "${text}"\n`)
  process.exit(2)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
