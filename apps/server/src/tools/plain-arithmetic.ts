/**
 * What most people ask of a calculator, worked out at once: numbers with `+ - * /`, brackets, percentages and small
 * powers. The law: it gives what mathjs would give, to the letter, or nothing. It takes no longer than its text is long.
 *
 * @module
 */
import { Decimal as DefaultDecimal } from 'decimal.js'
import type { Calculated } from './math.ts'

/** The decimals of mathjs, as exact as it works with them in `math-process.ts`. */
const Decimal = DefaultDecimal.clone({ precision: 32, defaults: true })
const MAX_BRACKETS = 50
const NUMBER = /\d+(?:\.\d*)?|\.\d+/y
/** No further power, no decimals: what follows says so. */
const SMALL_EXPONENT = /\^\s*(\d{1,3})(?![\d.])/y
const SPACE = /[ \t]*/y
const PLAIN = /^[\d.+\-*/^%() \t]+$/

/** Undefined for what is not plain, and for what has no finite value. */
export function plainArithmetic(text: string): Calculated | undefined {
  // What a percentage is of depends on what stands beside it: 100 + 5% is 105.
  if (!PLAIN.test(text) || (text.includes('%') && /[+-]/.test(text))) return undefined
  const value = createReader(text).all()
  return value?.isFinite() === true ? show(value) : undefined
}

type Value = InstanceType<typeof Decimal>

/** By precedence, from the loosest to the tightest. Each rule gives undefined for what it does not know. */
function createReader(text: string): { all(): Value | undefined } {
  let at = 0
  let brackets = 0

  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? undefined
    if (found !== undefined) at = pattern.lastIndex
    return found
  }
  const next = (): string => {
    match(SPACE)
    return text.charAt(at)
  }

  const sum = (): Value | undefined => {
    let value = product()
    for (let sign = next(); value !== undefined && (sign === '+' || sign === '-'); sign = next()) {
      at += 1
      const other = product()
      value = other && (sign === '+' ? value.plus(other) : value.minus(other))
    }
    return value
  }

  const product = (): Value | undefined => {
    let value = signed()
    for (let sign = next(); value !== undefined && (sign === '*' || sign === '/'); sign = next()) {
      at += 1
      const other = signed()
      value = other && (sign === '*' ? value.times(other) : value.dividedBy(other))
    }
    return value
  }

  const signed = (): Value | undefined => {
    let negative = false
    for (let sign = next(); sign === '-' || sign === '+'; sign = next()) {
      at += 1
      if (sign === '-') negative = !negative
    }
    const value = power()
    return negative ? value?.negated() : value
  }

  const power = (): Value | undefined => {
    const base = operand()
    if (base === undefined || next() !== '^') return base === undefined ? undefined : percentage(base)
    const exponent = match(SMALL_EXPONENT)?.[1]
    return exponent === undefined || '^%'.includes(next() || ' ') ? undefined : base.pow(exponent)
  }

  /** Between two numbers the sign is that of the remainder. */
  const percentage = (value: Value): Value | undefined => {
    if (next() !== '%') return value
    at += 1
    return ['', ')', '*', '/'].includes(next()) ? value.dividedBy(100) : undefined
  }

  const operand = (): Value | undefined => {
    if (next() !== '(') {
      const digits = match(NUMBER)?.[0]
      return digits === undefined ? undefined : new Decimal(digits)
    }
    brackets += 1
    if (brackets > MAX_BRACKETS) return undefined
    at += 1
    const value = sum()
    if (next() !== ')') return undefined
    at += 1
    return value
  }

  return {
    all() {
      const value = sum()
      return next() === '' ? value : undefined
    },
  }
}

/** As `math-process.ts` shows it: a whole number of up to 32 digits whole, all others in 20 digits. */
function show(value: Value): Calculated | undefined {
  const shown = value.isInteger() && value.abs().lt('1e32') ? value : value.toSignificantDigits(20)
  const isWritten = shown === value || (shown.e >= -9 && shown.e < 21)
  if (!isWritten) return undefined
  const result = shown.toFixed()
  return { result: result === '-0' ? '0' : result, value: Number(result) + 0 }
}
