/**
 * What a model's tokens cost. The law: money is whole millionths of a currency, and every fraction of one is rounded up.
 *
 * @module
 */
import type { TokenUsage } from '../protocol/vocabulary.ts'

/** In the server's currency; to the millionth. */
export interface Price {
  readonly inputPerMillionTokens: number
  readonly outputPerMillionTokens: number
}

export const MICROS = 1_000_000
/** For a million tokens: more than any model asks for; a larger one is a price per token. */
export const MAX_PRICE = 1_000_000

/** Whether it can be counted: one that is rounded to nothing would be free. */
export function isPrice({ inputPerMillionTokens, outputPerMillionTokens }: Price): boolean {
  return [inputPerMillionTokens, outputPerMillionTokens].every(
    (amount) => amount === 0 || (amount <= MAX_PRICE && Math.round(amount * MICROS) >= 1),
  )
}

/** Millionths of the currency. */
export function costOf(price: Price, { inputTokens, outputTokens }: TokenUsage): number {
  const whole = BigInt(inputTokens) * rate(price.inputPerMillionTokens)
  return rounded(whole + BigInt(outputTokens) * rate(price.outputPerMillionTokens))
}

/** How many tokens of output so much money buys, after the input was paid; Infinity when output costs nothing. */
export function affordableOutput(price: Price, inputTokens: number, micros: number): number {
  const left = micros - costOf(price, { inputTokens, outputTokens: 0 })
  if (left < 0) return 0
  const perToken = rate(price.outputPerMillionTokens)
  if (perToken === 0n || left === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  return Number((BigInt(left) * BigInt(MICROS)) / perToken)
}

/** Millionths for a million tokens. */
function rate(perMillionTokens: number): bigint {
  return BigInt(Math.round(perMillionTokens * MICROS))
}

function rounded(total: bigint): number {
  const micros = (total + BigInt(MICROS - 1)) / BigInt(MICROS)
  return Number(micros > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : micros)
}
