import { admissionCodes, toolErrorCodes } from 'toolcrib'
import { agentErrorCodes, callFailureCodes, modelErrorCodes, runFailureCodes, storeErrorCodes } from 'toolcrib/agent'
import { clientErrorCodes } from 'toolcrib/client'
import { gatewayErrorCodes } from 'toolcrib/gateway'
import { policyErrorCodes } from 'toolcrib/policy'
import { reactErrorCodes } from 'toolcrib/react'
import { registryCatalogue } from 'toolcrib/registry'
import { describe, expect, it } from 'vitest'
import { cliErrorCodes } from '../apps/server/src/cli/errors.ts'
import { serverErrorCodes } from '../apps/server/src/errors.ts'
import { modelSpecErrorCodes } from '../apps/server/src/models/errors.ts'
import { starterToolErrorCodes } from '../apps/server/src/tools/errors.ts'
import { source, sources } from './sources.ts'

const declared: ReadonlySet<string> = new Set([
  ...Object.keys(registryCatalogue),
  ...admissionCodes,
  ...toolErrorCodes,
  ...policyErrorCodes,
  ...storeErrorCodes,
  ...modelErrorCodes,
  ...agentErrorCodes,
  ...callFailureCodes,
  ...runFailureCodes,
  ...gatewayErrorCodes,
  ...clientErrorCodes,
  ...reactErrorCodes,
  ...serverErrorCodes,
  ...starterToolErrorCodes,
  ...cliErrorCodes,
  ...modelSpecErrorCodes,
  'INTERNAL',
])

const documented: readonly string[] = [...source('docs/errors.md').text.matchAll(/^### `?([A-Z][A-Z0-9_]+)`?$/gm)].map(
  ([, code = '']) => code,
)

describe('docs/errors.md', () => {
  it('has a section for every code', () => {
    expect([...declared].filter((code) => !documented.includes(code))).toEqual([])
  })

  it('has no section without a code', () => {
    expect(documented.filter((code) => !declared.has(code))).toEqual([])
  })

  it('has each section once', () => {
    expect(documented).toEqual([...new Set(documented)])
  })
})

describe('the catalogues', () => {
  it('have every code that a source gives to an error', () => {
    const production = [...sources('library/src/**/*.ts'), ...sources('apps/server/src/**/*.ts')].filter(
      ({ path }) => !/\.test\.ts$|\/testing\/|\.fixture\.ts$/.test(path),
    )
    const given = production.flatMap(({ path, text }) =>
      [...text.matchAll(/\bcode: '([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map(([, code = '']) => ({ path, code })),
    )

    expect(given.filter(({ code }) => !declared.has(code))).toEqual([])
  })
})
