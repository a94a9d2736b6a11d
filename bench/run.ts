/**
 * Runs the benchmarks, each in a process of its own. Without names: all of them, and their answers go to RESULTS.md.
 * With names (`npm run bench -- scope fan-out`): those, on the screen only.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'

const all = [
  'scope',
  'run-overhead',
  'model-step',
  'idle-connections',
  'fan-out',
  'chats',
  'append',
  'resume',
  'recovery',
  'memory',
  'console',
] as const

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(all as readonly string[]).includes(name))
if (unknown.length > 0) {
  process.stderr.write(`Expected benchmarks among ${all.join(', ')}, got ${unknown.join(', ')}\n`)
  process.exit(2)
}

const [loadBefore = 0] = loadavg()
const sections: string[] = []
let failed = 0
for (const name of named.length > 0 ? named : all) {
  process.stderr.write(`${name}\n`)
  const { code, output } = await runOne(name)
  if (code !== 0) failed++
  sections.push(code === 0 ? output : `\n## ${name}\n\nIt failed with exit code ${code}.\n`)
}
if (named.length === 0) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${heading()}${sections.join('')}`)
process.exitCode = failed === 0 ? 0 : 1

function runOne(name: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', '--no-warnings', join(import.meta.dirname, `${name}.ts`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.once('close', (code) => resolve({ code, output }))
  })
}

function heading(): string {
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`
  return `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.

Each answer was measured side by side in one run; read the ratios, not the microseconds. Before it began, ${loadBefore.toFixed(1)} threads
wanted the machine's ${cpus().length} processors already: latencies hold what those took.
`
}
