import { describe, expect, it } from 'vitest'
import { describeAmount, describeLimit, describeUsage } from './limit-text.ts'

describe('a limit as people read it', () => {
  it('names the limit of a run, and of a budget what it counts, of whom and for how long', () => {
    const budget = { per: 'user', window: 'day' } as const

    expect([
      describeLimit({ name: 'maxSteps', value: 40 }),
      describeLimit({ name: 'calls', value: 10, tool: 'send_mail', ...budget }),
      describeLimit({ name: 'money', value: 1_250_000, ...budget, per: 'tenant' }, 'EUR'),
      describeAmount('runMs', 42_000),
    ]).toEqual([
      'maxSteps is 40',
      'the budget of 10 calls of "send_mail" per user and day',
      'the budget of 1.25 EUR per tenant and day',
      '42 s at work',
    ])
  })

  it('says of each budget how much is left, never less than nothing', () => {
    const level = { per: 'user', window: 'hour', resource: 'tokens', max: 5_000, endsAt: 0 } as const
    const use = { steps: 2, calls: 1, tokens: 4_210, costMicros: 13_000, runMs: 1_500 }

    const lines = describeUsage({
      currency: 'USD',
      used: [{ window: 'hour', startsAt: 0, endsAt: 1, ...use }],
      budgets: [
        { ...level, used: 4_210, reserved: 90 },
        { ...level, used: 6_000, reserved: 0 },
      ],
    })

    expect(lines).toEqual([
      'this hour: 2 steps, 1 call, 4,210 tokens, 0.013 USD, 1.5 s at work',
      expect.stringContaining('the budget of 5,000 tokens per user and hour: 700 tokens left until'),
      expect.stringContaining(': 0 tokens left until'),
    ])
  })
})
