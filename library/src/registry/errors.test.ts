import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { describeVerdict, RegistryError, registryCatalogue } from './errors.ts'

describe('registry errors', () => {
  it('have a section each in the table of errors', async () => {
    const table = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

    const undocumented = Object.keys(registryCatalogue).filter((code) => !table.includes(`### ${code}\n`))

    expect(undocumented).toEqual([])
  })

  it('say everything the verdict knows in one message', () => {
    const error = new RegistryError({
      verdict: 'refused',
      path: 'app/user:ann',
      at: 0,
      name: 'echo',
      code: 'NAME_SHADOWS',
      found: 'the name "echo"',
      cause: 'A scope above holds it.',
      fix: 'Choose another name.',
      existingName: 'echo',
      existingPath: 'app',
      existing: { file: 'tools/echo.ts', line: 3, column: 7 },
      offered: { file: 'plugins/echo.ts', line: 9, column: 1 },
    })

    expect(error.message).toBe(
      'refused NAME_SHADOWS "echo" in app/user:ann; found the name "echo"; "echo" is held by app, registered at ' +
        'tools/echo.ts:3:7; offered at plugins/echo.ts:9:1; A scope above holds it. Choose another name.',
    )
    expect([error.name, error.code, error.retry]).toEqual(['RegistryError', 'NAME_SHADOWS', 'never'])
  })

  it('carry the codes of the layer above too, and then never advise to retry', () => {
    const error = new RegistryError({ verdict: 'refused', path: 'app', at: 0, code: 'NOT_A_TOOL', kind: 'class' })

    expect([error.code, error.retry, error.message]).toEqual(['NOT_A_TOOL', 'never', 'refused NOT_A_TOOL/class in app'])
  })

  it('describe a verdict that is no refusal too', () => {
    expect(describeVerdict({ verdict: 'admitted', path: 'app', at: 0, name: 'echo' })).toBe('admitted "echo" in app')
  })
})
