import { createSystemClock } from 'toolcrib/agent'
import { afterAll, describe, expect, it } from 'vitest'
import { spellExpression } from './expression-spelling.ts'
import { type Calculated, createMathPool } from './math.ts'
import { plainArithmetic } from './plain-arithmetic.ts'

const pool = createMathPool(createSystemClock()).lease()
afterAll(() => pool[Symbol.asyncDispose]())

describe('plain arithmetic', () => {
  it('gives what mathjs gives, to the letter', async () => {
    const expressions = Array.from({ length: 1_500 }, (_, seed) => writeExpression(seed))
    const plain = expressions.flatMap((expression) => {
      const found = plainArithmetic(spellExpression(expression))
      return found === undefined ? [] : [{ expression, found }]
    })

    const full: typeof plain = []
    for (const { expression } of plain) full.push({ expression, found: await byMathjs(expression) })

    expect(plain.length).toBeGreaterThan(300)
    expect(plain).toEqual(full)
  })

  it('knows precedence, signs, percentages and small powers', () => {
    const results = ['2+3*4', '-2^2', '2^-2', '8/4/2', '5 - -3', '15%*80', '100/5%', '0.1+0.2', '(1+2)^10', '1/3'].map(
      (expression) => plainArithmetic(expression)?.result,
    )

    expect(results.join(' ')).toBe('14 -4  1 8 12 2000 0.3 59049 0.33333333333333333333')
  })

  it('leaves to mathjs whatever is not plain, has no value or takes long', () => {
    const others = [
      '',
      ' ',
      '()',
      '2(3)',
      '2 3',
      '5!',
      '1e3',
      'pi',
      '7 % 3',
      '100 + 5%',
      '2^2^2',
      '9^1000',
      '2^0.5',
      '1/0',
    ]

    expect(others.map(plainArithmetic)).toEqual(others.map(() => undefined))
    expect(plainArithmetic(`${'('.repeat(200)}1${')'.repeat(200)}`)).toBeUndefined()
    expect(plainArithmetic('1/10^20')).toBeUndefined()
  })
})

async function byMathjs(expression: string): Promise<Calculated> {
  const options = { asker: { tenant: 'acme', user: 'ann' }, signal: new AbortController().signal, timeLimitMs: 10_000 }
  // The process of mathematics is ours, and answers a `calculate` with this.
  return (await pool.run({ type: 'calculate', expression }, options)) as Calculated
}

/** The same for the same seed. */
function writeExpression(seed: number): string {
  let state = seed
  const below = (count: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
  const pick = (choices: readonly string[]): string => choices[below(choices.length)] ?? ''
  const number = (): string =>
    pick([
      `${below(100)}`,
      `${below(1_000)}.${below(1_000)}`,
      `.${below(50)}`,
      `${below(9)}.`,
      `${below(2 ** 32)}${below(2 ** 32)}`,
    ])
  const operand = (depth: number): string => (depth > 0 && below(4) === 0 ? `(${expression(depth - 1)})` : number())
  const expression = (depth: number): string => {
    const operators = ['+', ' - ', '*', ' / ', '--', '*-', '/-', '% * ', '%/', '% of ', '%', '^', '-+']
    const further = Array.from({ length: below(4) }, () => pick(operators) + operand(depth))
    return pick(['', '', '', '-']) + operand(depth) + further.join('') + pick(['', '', '', '%', '^3', ' ^ 20'])
  }
  return expression(2)
}
