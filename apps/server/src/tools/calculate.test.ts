import { createSystemClock } from 'toolcrib/agent'
import { afterAll, describe, expect, it } from 'vitest'
import { createCalculate } from './calculate.ts'
import { createBench } from './carry-out.ts'
import { createMathPool } from './math.ts'

const pool = createMathPool(createSystemClock())
const bench = createBench(createCalculate(() => pool.lease()))
afterAll(() => bench[Symbol.asyncDispose]())

describe('calculate', () => {
  it('answers plain arithmetic without a process', async () => {
    const pool = createMathPool(createSystemClock()).lease()
    await using plain = createBench(createCalculate(() => pool))

    const found = await plain.call({ expression: '15% of 80 =' })

    expect(found).toEqual({ expression: '15% of 80 =', result: '12', value: 12 })
    expect(pool.helpers).toBe(0)
  })

  it('gives the decimals that people expect', async () => {
    expect(await resultOf('0.1 + 0.2')).toBe('0.3')
    expect(await resultOf('1 / 3')).toBe('0.33333333333333333333')
    expect(await resultOf('(12.5 + 7) * 3')).toBe('58.5')
    expect(await resultOf('sin(pi)')).toBe('0')
  })

  it('is exact for whole numbers of up to 32 digits', async () => {
    expect(await bench.call({ expression: '2^100' })).toEqual({
      expression: '2^100',
      result: '1267650600228229401496703205376',
      value: 2 ** 100,
    })
  })

  it('reads percentages, signs and ends as people type them', async () => {
    expect(await resultOf('15% of 80')).toBe('12')
    expect(await resultOf('sqrt(25)%of 80')).toBe('4')
    expect(await resultOf('6 × 7 − 2 ÷ 1 =')).toBe('40')
    expect(await resultOf('3² + 4²')).toBe('25')
    expect(await resultOf('2 ** 10')).toBe('1024')
    expect(await resultOf('10^10^10')).toBe('1e+10000000000')
  })

  it('works with doubles where decimals are not defined', async () => {
    expect(await resultOf('gamma(2.5) * 3')).toBe('3.9880211645374')
  })

  it('shows units, lists and complex numbers as text', async () => {
    expect(await bench.call({ expression: '2 inch to cm' })).toEqual({ expression: '2 inch to cm', result: '5.08 cm' })
    expect(await resultOf('[1, 2] * 2')).toBe('[2, 4]')
    expect(await resultOf('sqrt(-4)')).toBe('2i')
  })

  it('takes the last of several statements and forgets them all', async () => {
    expect(await resultOf('a = 3; a * 2')).toBe('6')
    await expect(bench.call({ expression: 'a' })).rejects.toMatchObject({ code: 'EXPRESSION_INVALID' })
  })

  it('says what is wrong with an expression', async () => {
    await expect(bench.call({ expression: '2 +' })).rejects.toMatchObject({
      code: 'EXPRESSION_INVALID',
      retry: 'never',
    })
    await expect(bench.call({ expression: 'price * 2' })).rejects.toThrow('Undefined symbol price')
    await expect(bench.call({ expression: '5 km + 3 kg' })).rejects.toThrow('Units do not match')
  })

  it('refuses what gives no finite value', async () => {
    await expect(bench.call({ expression: '1 / 0' })).rejects.toMatchObject({ code: 'EXPRESSION_NO_VALUE' })
    await expect(bench.call({ expression: '0 / 0' })).rejects.toMatchObject({ code: 'EXPRESSION_NO_VALUE' })
    await expect(bench.call({ expression: 'cos' })).rejects.toMatchObject({ code: 'EXPRESSION_NO_VALUE' })
  })

  it('has no function that evaluates text, rewrites expressions or changes the calculator', async () => {
    await expect(bench.call({ expression: 'evaluate("1")' })).rejects.toThrow('evaluate is not available')
    await expect(bench.call({ expression: 'parse("1")' })).rejects.toThrow('parse is not available')
    await expect(bench.call({ expression: 'import({a: 1})' })).rejects.toThrow('import is not available')
    await expect(bench.call({ expression: 'createUnit("foo")' })).rejects.toThrow('createUnit is not available')
    await expect(bench.call({ expression: 'simplify("x + x")' })).rejects.toThrow('simplify is not available')
    await expect(bench.call({ expression: 'derivative("x^2", "x")' })).rejects.toThrow('derivative is not available')
    await expect(bench.call({ expression: 'f = config; f({number: "number"})' })).rejects.toThrow(
      'config is not available',
    )
    await expect(bench.call({ expression: 'cos(0).constructor' })).rejects.toMatchObject({ code: 'EXPRESSION_INVALID' })
  })

  it('refuses an expression that is too long, and an empty one', async () => {
    const expression = `${'1+'.repeat(250)}1`

    await expect(bench.call({ expression })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(bench.call({ expression: ' ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('refuses a result that is too long to read', async () => {
    await expect(bench.call({ expression: 'ones(50, 50)' })).rejects.toMatchObject({
      code: 'RESULT_TOO_LARGE',
      details: { max: 4_000, unit: 'characters' },
    })
  })

  it('ends what would take for ever, and goes on with the next', async () => {
    const endless = 'f(x) = x < 1 ? 1 : f(x - 1) + f(x - 1); f(60)'

    await expect(bench.call({ expression: endless })).rejects.toMatchObject({ code: 'TIME_LIMIT' })

    expect(await resultOf('sqrt(4)')).toBe('2')
  })

  it('survives what uses up all memory', async () => {
    await expect(bench.call({ expression: 'zeros(1e5, 1e5)' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(MEMORY|TIME)_LIMIT$/),
    })

    expect(await resultOf('sqrt(4)')).toBe('2')
  })

  it('is stopped by its call', async () => {
    const stop = new AbortController()
    const called = bench.call({ expression: '1:1e9' }, { signal: stop.signal })

    stop.abort()

    await expect(called).rejects.toMatchObject({ code: 'CALL_STOPPED' })
  })
})

async function resultOf(expression: string): Promise<unknown> {
  const { result } = (await bench.call({ expression })) as { readonly result: string }
  return result
}
