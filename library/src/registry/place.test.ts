import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { capturePlace } from './place.ts'

/** Calls `run` from line 2 of a file of that name. */
function callFrom(file: string, source: string): (run: () => unknown) => unknown {
  return new Script(source, { filename: file }).runInThisContext() as (run: () => unknown) => unknown
}

function entryPoint(): unknown {
  return capturePlace(entryPoint)
}

describe('a place', () => {
  it('is told for a named caller, a nameless one and a method, in folders with spaces and parentheses', () => {
    const named = callFrom('/srv/my app/(tools)/echo.ts', '(function add(run) {\n return run() })')
    const nameless = callFrom('file:///srv/(tools)/a%20b.ts', '((run) => {\n return run() })')
    const method = callFrom('/srv/(x)/y (1).ts', '({ add(run) {\n return run() } }).add')

    expect([named(entryPoint), nameless(entryPoint), method(entryPoint)]).toEqual([
      { file: '/srv/my app/(tools)/echo.ts', line: 2, column: 9 },
      { file: '/srv/(tools)/a b.ts', line: 2, column: 9 },
      { file: '/srv/(x)/y (1).ts', line: 2, column: 9 },
    ])
  })
})
