import { readFile } from 'node:fs/promises'
import { defaultRunLimits } from 'toolcrib/agent'
import { defaultGatewayLimits } from 'toolcrib/gateway'
import { describe, expect, it } from 'vitest'
import { environmentVariables } from './config/environment.ts'
import { limitTexts } from './config/limit-texts.ts'
import { defaultLimits, gatewayLimits, limitNames, limitRules, runLimits } from './config/limits.ts'
import { serverErrorCodes } from './errors.ts'
import { statusByCode } from './http/status.ts'
import { healthAdvice } from './operations/health-advice.ts'
import { startFixture } from './server.fixture.ts'

async function read(name: string): Promise<string> {
  return readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
}

describe('docs/configuration.md', () => {
  it('has every limit, with its default and its range', async () => {
    const rows = [...(await read('configuration.md')).matchAll(/^\| `(\w+)` \| ([\d,]+|Infinity) \| ([^|]+) \|/gm)]
    const documented = rows
      .map(([, name = '', byDefault = '', range = '']) => [name, byDefault, range] as const)
      .filter(([name]) => (limitNames as readonly string[]).includes(name))

    expect(documented).toEqual(limitNames.toSorted(inOrderOf(documented)).map(describeRow))
  })

  it('says of every limit what the operators are told', async () => {
    const rows = [
      ...(await read('configuration.md')).matchAll(
        /^\| `(\w+)` \| (?:[\d,]+|Infinity) \| [^|]+ \| ([^|]+) \|([^|]*)\|$/gm,
      ),
    ]
    const documented = rows.map(([, name = '', bounds = '', answeredBy = '']) => [name, bounds, answeredBy.trim()])

    const told = Object.entries(limitTexts).map(([name, { bounds, answeredBy }]) => [name, bounds, answeredBy])

    expect(Object.fromEntries(documented.map((row) => [row[0], row]))).toEqual(
      Object.fromEntries(told.map((row) => [row[0], row])),
    )
  })

  it('has every environment variable', async () => {
    const text = await read('configuration.md')

    expect(Object.keys(environmentVariables).filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})

describe('docs/operations.md', () => {
  it('has every section that the health page names', async () => {
    const headings = [...(await read('operations.md')).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)

    expect(Object.values(healthAdvice).filter(({ section }) => !headings.includes(section))).toEqual([])
  })

  it('has every metric', async () => {
    await using fixture = await startFixture()
    const text = await read('operations.md')
    const exported = [...(await fixture.server.metrics.text()).matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name)

    const documented = [...text.matchAll(/^\| (`(?:toolcrib|process|nodejs)_[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      namesIn(cell),
    )

    expect(documented.toSorted()).toEqual(exported.toSorted())
  })
})

describe('the limits', () => {
  it('have the defaults of the library', () => {
    expect(gatewayLimits(defaultLimits())).toEqual(defaultGatewayLimits)
    expect(runLimits(defaultLimits())).toEqual(defaultRunLimits)
  })
})

describe('the statuses', () => {
  it('are given for every refusal that a request can meet', () => {
    const onlyAtStart = new Set([
      'CONFIG_INVALID',
      'CONFIG_UNREADABLE',
      'PORT_IN_USE',
      'PORT_FORBIDDEN',
      'ADDRESS_UNAVAILABLE',
      'DATA_FOLDER_UNUSABLE',
    ])

    expect(serverErrorCodes.filter((code) => !statusByCode.has(code) && !onlyAtStart.has(code))).toEqual([])
  })
})

function describeRow(name: keyof typeof limitRules): readonly [string, string, string] {
  const { default: byDefault, min, max } = limitRules[name]
  const range = max === Number.POSITIVE_INFINITY ? `from ${shown(min)}, or Infinity` : `${shown(min)} to ${shown(max)}`
  return [name, shown(byDefault), range]
}

function shown(value: number): string {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value.toLocaleString('en-US')
}

function inOrderOf(rows: readonly (readonly [string, string, string])[]): (one: string, other: string) => number {
  const place = (name: string): number => rows.findIndex(([row]) => row === name)
  return (one, other) => place(one) - place(other)
}

/** A cell may shorten names: `toolcrib_scopes_open`, `_opened_total`. */
function namesIn(cell: string): readonly string[] {
  const [first = '', ...others] = [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name)
  const stem = first.replace(/_[a-z]+$/, '')
  return [first, ...others.map((name) => (name.startsWith('_') ? `${stem}${name}` : name))]
}
