/**
 * The process in which expressions and units are worked out. The law: it evaluates arithmetic and nothing else; an
 * expression that names what changes mathjs, evaluates text again or rewrites expressions is refused before it runs.
 *
 * @module
 */
import { createRequire } from 'node:module'
import type { BigNumber, ConfigOptions, FormatOptions, MathJsInstance, Unit } from 'mathjs'
import { spellExpression } from './expression-spelling.ts'
import { type Calculated, type Converted, type MathTask, mathLimits } from './math.ts'
import { nearestNames } from './nearest-names.ts'
import { answerTasks, refuse } from './task-process.ts'
import { spellUnit } from './unit-spelling.ts'

/** The bundled build loads in a tenth of a second, the one of many modules in a whole one. It is the same library. */
const mathjs = createRequire(import.meta.url)('mathjs/lib/browser/math.js') as typeof import('mathjs')

const forbidden: ReadonlySet<string> = new Set([
  'import',
  'config',
  'typed',
  'createUnit',
  'evaluate',
  'parse',
  'parser',
  'compile',
  'chain',
  'help',
  'reviver',
  'replacer',
  'simplify',
  'simplifyCore',
  'simplifyConstant',
  'derivative',
  'symbolicEqual',
  'leafCount',
  'resolve',
  'rationalize',
  'format',
  'print',
])

/** Units that people use and mathjs does not know. */
const furtherUnits: Readonly<Record<string, { readonly definition: string; readonly aliases: string[] }>> = {
  knot: { definition: '1.852 km/h', aliases: ['knots'] },
  calorie: { definition: '4.184 J', aliases: ['calories', 'cal'] },
  kilocalorie: { definition: '4184 J', aliases: ['kilocalories', 'kcal'] },
  lightyear: { definition: '9460730472580800 m', aliases: ['lightyears'] },
  astronomicalunit: { definition: '149597870700 m', aliases: ['au', 'astronomicalunits'] },
  parsec: { definition: '30856775814913673 m', aliases: ['parsecs'] },
  rpm: { definition: '0.016666666666666666 Hz', aliases: [] },
}

/** What these give instead of 0 is the error of pi: below the digits that were worked out, it is shown as 0. */
const trigonometry = /\b(?:sin|cos|tan|sec|csc|cot)h?\s*\(/
const noise = { number: 1e-15, BigNumber: '1e-30' } as const

const exact = arithmetic({ number: 'BigNumber', precision: 32 })
let floating: Arithmetic | undefined

answerTasks((task: MathTask) => (task.type === 'calculate' ? calculate(task.expression) : convert(task)))

function calculate(expression: string): Calculated {
  const text = spellExpression(expression)
  const value = evaluateEither(text, expression)
  const last = isResultSet(value) ? value.entries.at(-1) : value
  const type = exact.math.typeOf(last)
  if (last === undefined || last === null || type === 'function' || type === 'Object' || type === 'Help') {
    refuse('EXPRESSION_NO_VALUE', { expression, found: last === undefined ? 'nothing' : `a ${type.toLowerCase()}` })
  }
  if (isUnbounded(last)) {
    refuse('EXPRESSION_NO_VALUE', { expression, found: 'no finite number, as a division by zero does' })
  }
  const result = show(last, trigonometry.test(text))
  if (result.length > mathLimits.maxResultCharacters) {
    const max = mathLimits.maxResultCharacters
    refuse('RESULT_TOO_LARGE', { found: result.length, max, unit: 'characters' })
  }
  const number = type === 'number' || type === 'BigNumber' || type === 'Fraction' ? Number(result) : Number.NaN
  return Number.isFinite(number) ? { result, value: number } : { result }
}

/** Exact decimals first; what is not defined for them (a sine times two) is worked out again with doubles. */
function evaluateEither(text: string, expression: string): unknown {
  try {
    return exact.evaluate(text)
  } catch (error) {
    if (error instanceof SyntaxError) refuse('EXPRESSION_INVALID', { expression, reason: reasonOf(error) })
  }
  floating ??= arithmetic({ number: 'number' })
  try {
    return floating.evaluate(text)
  } catch (error) {
    refuse('EXPRESSION_INVALID', { expression, reason: reasonOf(error) })
  }
}

function convert({ value, from, to }: Extract<MathTask, { type: 'convert' }>): Converted {
  const source = unitOf(from)
  const target = unitOf(to)
  if (!source.equalBase(target)) {
    refuse('UNITS_INCOMPATIBLE', { from, to, measures: kindOf(source), asked: kindOf(target) })
  }
  const amount = exact.math
    .unit(exact.math.bignumber(value), spellUnit(from, isKnownUnit))
    .toNumeric(spellUnit(to, isKnownUnit))
  const text = exact.format(amount, { precision: 14, lowerExp: -9, upperExp: 15 })
  return { value: Number(text), text: `${value} ${from} = ${text} ${to}` }
}

function unitOf(name: string): Unit {
  try {
    const unit = exact.math.unit(spellUnit(name, isKnownUnit))
    if (unit.formatUnits() !== '' && unit.toJSON().value === null) return unit
  } catch {
    // What cannot be read as a unit is as unknown as a bare number.
  }
  return refuse('UNIT_UNKNOWN', { unit: name, nearest: nearestNames(name, unitNames()) })
}

function isKnownUnit(name: string): boolean {
  return unitClass().isValuelessUnit(name)
}

function unitNames(): readonly string[] {
  return Object.keys(unitClass().UNITS).filter((name) => name.length > 1)
}

/** Such as `length`, or the units themselves where the quantity has no name: a fuel consumption. */
function kindOf(unit: Unit): string {
  const { BASE_UNITS } = unitClass()
  const base = Object.keys(BASE_UNITS).find((name) => unit.hasBase(BASE_UNITS[name] as never))
  return base === undefined
    ? `another quantity (${unit.toSI().formatUnits()})`
    : base.toLowerCase().replaceAll('_', ' ')
}

interface UnitClass {
  readonly UNITS: Readonly<Record<string, unknown>>
  readonly BASE_UNITS: Readonly<Record<string, unknown>>
  isValuelessUnit(name: string): boolean
}

/** Part of every instance, though the published types leave it out. */
function unitClass(): UnitClass {
  return (exact.math as unknown as { readonly Unit: UnitClass }).Unit
}

interface Arithmetic {
  readonly math: MathJsInstance
  evaluate(expression: string): unknown
  format(value: unknown, options: FormatOptions): string
}

function arithmetic(config: ConfigOptions): Arithmetic {
  const math = mathjs.create(mathjs.all ?? {})
  math.config(config)
  for (const [name, { definition, aliases }] of Object.entries(furtherUnits)) {
    math.createUnit(name, { definition, aliases })
  }
  return {
    math,
    evaluate(text) {
      const parsed = math.parse(text)
      parsed.traverse((node) => {
        const { name } = node as { readonly name?: unknown }
        if (typeof name === 'string' && forbidden.has(name))
          throw new Error(`the function ${name} is not available here`)
      })
      return parsed.evaluate()
    },
    format: (value, options) => math.format(value, options),
  }
}

function show(value: unknown, noisy: boolean): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    const clean = noisy && Math.abs(value) < noise.number ? 0 : value
    return exact.format(clean, { precision: 14, lowerExp: -9, upperExp: 21 })
  }
  if (exact.math.isBigNumber(value)) return noisy && value.abs().lt(noise.BigNumber) ? '0' : showBig(value)
  return exact.format(value, { precision: 14, lowerExp: -9, upperExp: 21 })
}

/** A whole number that 32 digits hold is exact and shown whole. */
function showBig(value: BigNumber): string {
  if (value.isInteger() && value.abs().lt('1e32')) return value.toFixed()
  return exact.format(value, { precision: 20, lowerExp: -9, upperExp: 21 })
}

function isUnbounded(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return exact.math.isBigNumber(value) && !value.isFinite()
}

function isResultSet(value: unknown): value is { readonly entries: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'isResultSet' in value && value.isResultSet === true
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unknown reason'
}
