/** Runs every example in a process of its own; each asserts, and exits non-zero when it is wrong. @module */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const folder: string = import.meta.dirname
const examples = globSync('*/main.ts', { cwd: folder }).toSorted()
const failed = examples.filter((example) => {
  const { status } = spawnSync(process.execPath, [join(folder, example)], { stdio: 'inherit', timeout: 60_000 })
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} examples/${example}\n`)
  return status !== 0
})
process.stdout.write(`${examples.length - failed.length} passed, ${failed.length} failed\n`)
process.exitCode = failed.length === 0 && examples.length > 0 ? 0 : 1
