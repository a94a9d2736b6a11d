import { describe, expect, it } from 'vitest'
import { findExpression, RESULT } from './expression.ts'
import { withDigits } from './numbers.ts'

const written = (text: string): string | undefined => findExpression(withDigits(text))?.text

describe('findExpression', () => {
  it('leaves a typed formula as it is', () => {
    expect(written('what is (12 + 30) / 7?')).toBe('(12 + 30) / 7')
    expect(written('evaluate sqrt(2) * sqrt(8)')).toBe('sqrt(2) * sqrt(8)')
    expect(written('99 x 99')).toBe('99 * 99')
  })

  it('writes down what is said in words', () => {
    expect(written('square root of 144')).toBe('sqrt(144)')
    expect(written('two to the power of sixteen')).toBe('2 ^ 16')
    expect(written('twenty percent of 85')).toBe('20 / 100 * 85')
    expect(written('20% off 85')).toBe('85 * (1 - 20 / 100)')
    expect(written('subtract 18 from 50')).toBe('50 - 18')
    expect(written('the average of 3, 4 and 8')).toBe('(3 + 4 + 8) / 3')
  })

  it('marks where an earlier result goes', () => {
    expect(written('divide that by 6')).toBe(`${RESULT} / 6`)
    expect(written('the result plus 1')).toBe(`${RESULT} + 1`)
  })

  it('finds none where nothing is to be worked out', () => {
    expect(written('save it in 5 minutes')).toBeUndefined()
    expect(written('the answer is 42')).toBeUndefined()
    expect(written('a well-known 3-in-1 thing')).toBeUndefined()
  })
})

describe('withDigits', () => {
  it('joins the words of one number and no others', () => {
    expect(withDigits('two hundred and five')).toBe('205')
    expect(withDigits('nineteen and twenty-three')).toBe('19 and 23')
    expect(withDigits('two thousand three hundred')).toBe('2300')
  })

  it('reads thousands separators and 10k, and leaves "the first one" alone', () => {
    expect(withDigits('1,250 and 10k')).toBe('1250 and 10000')
    expect(withDigits('read the first one')).toBe('read the first one')
  })
})
