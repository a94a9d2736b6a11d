import { describe, expect, it } from 'vitest'
import { createAgentBench } from '../testing/agent-bench.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { affordableOutput, costOf } from './model-price.ts'

const price = { inputPerMillionTokens: 0.15, outputPerMillionTokens: 0.6 }

describe('the price of tokens', () => {
  it('is whole millionths, every fraction of one rounded up, without a float in between [CALL-07]', () => {
    expect([
      costOf(price, { inputTokens: 1_000, outputTokens: 0 }),
      costOf(price, { inputTokens: 1, outputTokens: 0 }),
      costOf(price, { inputTokens: 20, outputTokens: 5 }),
      costOf(price, { inputTokens: 0, outputTokens: 0 }),
      costOf({ ...price, outputPerMillionTokens: 1_000_000 }, { inputTokens: 0, outputTokens: 1e15 }),
    ]).toEqual([150, 1, 6, 0, Number.MAX_SAFE_INTEGER])
  })

  it('that cannot be counted is refused where it is given, and so is one that would be rounded to nothing [CALL-07]', async () => {
    const refusalOf = async (inputPerMillionTokens: number): Promise<unknown> => {
      try {
        await using _bench = createAgentBench({
          model: createScriptedModel([], { price: { ...price, inputPerMillionTokens } }),
        })
        return 'taken'
      } catch (error) {
        return error instanceof Error && 'code' in error && error.message.includes('model.price') && error.code
      }
    }

    const refused = await Promise.all([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e-7, 1_000_001].map(refusalOf))
    const taken = await Promise.all([0, 0.000001, 1_000_000].map(refusalOf))

    expect(refused).toEqual(Array(5).fill('OPTION_INVALID'))
    expect(taken).toEqual(['taken', 'taken', 'taken'])
  })

  it('buys as much output as it pays for, and not one token more [CALL-07]', () => {
    const tokens = affordableOutput(price, 1_000, 1_150)

    expect(tokens).toBe(1_666)
    expect(costOf(price, { inputTokens: 1_000, outputTokens: tokens })).toBeLessThanOrEqual(1_150)
    expect(costOf(price, { inputTokens: 1_000, outputTokens: tokens + 1 })).toBeGreaterThan(1_150)
    expect(affordableOutput(price, 1_000, 149)).toBe(0)
    expect(affordableOutput({ ...price, outputPerMillionTokens: 0 }, 1_000, 150)).toBe(Number.POSITIVE_INFINITY)
  })
})
