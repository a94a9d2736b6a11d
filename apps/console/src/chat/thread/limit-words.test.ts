import { describe, expect, it } from 'vitest'
import { limitInWords } from './limit-words.ts'

describe('a limit that was reached', () => {
  it('is told in words where it is of one answer, and as everywhere where it is a budget or new [WEB-01]', () => {
    const budget = { per: 'user', window: 'day' } as const

    expect([
      limitInWords({ name: 'maxSteps', value: 1 }),
      limitInWords({ name: 'maxOutputTokens', value: 4_096 }),
      limitInWords({ name: 'maxRunMs', value: 600_000 }),
      limitInWords({ name: 'calls', value: 10, ...budget }),
      limitInWords({ name: 'constructor', value: 3 }),
    ]).toEqual([
      'an answer may take 1 step',
      'the model stopped after 4,096 tokens, as many as it may write at once',
      'an answer may work for 10 min 0 s',
      'the budget of 10 calls per user and day',
      'constructor is 3',
    ])
  })
})
