/**
 * A value that was said for one very argument, read as its kind wants it. What does not fit is no value.
 *
 * @module
 */
import type { JsonPrimitive, JsonValue } from '../../../protocol/vocabulary.ts'
import type { FillOptions } from './argument.ts'
import { findDates } from './dates.ts'
import { findExpression, RESULT } from './expression.ts'
import { createGround } from './ground.ts'
import { currenciesOf } from './measures.ts'
import { readNumber } from './numbers.ts'
import type { Parameter } from './parameters.ts'
import { type Piece, writtenValue } from './protected-text.ts'
import { stemsOf } from './words.ts'

/** What an answer to a question for this argument means; undefined when it is none. */
export function readAnswer(
  masked: string,
  pieces: readonly Piece[],
  parameter: Parameter,
  options: FillOptions,
): JsonValue | undefined {
  const whole = writtenValue(masked, pieces)
  const bare = whole.replace(
    /^(?:it(?:'s|’s| is)|that(?:'s|’s| is)|to|in|into|for|at|the|use|call it|make it|with)\s+(?=\S)/i,
    '',
  )
  const free =
    parameter.kind === 'text' || parameter.kind === 'code' || parameter.kind === 'title' || parameter.kind === 'query'
  if (whole === '') return undefined
  if (free) return readAs(parameter, whole, options)
  return readAs(parameter, bare.replace(/[.?!]+$/, '').replace(/[,\s]+(?:please|pls|thanks)$/i, ''), options)
}

/** A value said for this very argument, as its type wants it; undefined when it cannot be read so. */
export function readAs(parameter: Parameter, said: string, options: FillOptions): JsonValue | undefined {
  if (parameter.many) {
    const parts = said.split(/\s*,\s*(?:and\s+)?|\s+and\s+|\n+/).filter(Boolean)
    const read = parts.flatMap((part) => readOne(parameter, part, options) ?? [])
    return read.length === parts.length && read.length > 0 ? read : undefined
  }
  return readOne(parameter, said, options)
}

function readOne(parameter: Parameter, said: string, options: FillOptions): JsonPrimitive | undefined {
  switch (parameter.kind) {
    case 'choice': {
      const chosen = parameter.choices.find((one) => String(one).toLowerCase() === said.toLowerCase())
      const near =
        chosen ?? parameter.choices.find((one) => stemsOf(String(one)).every((word) => stemsOf(said).includes(word)))
      return near
    }
    case 'boolean':
      return /^(?:yes|true|on|y|sure|ok)\b/i.test(said) ? true : /^(?:no|false|off|n)\b/i.test(said) ? false : undefined
    case 'number':
    case 'amount':
    case 'count': {
      const value = readNumber(said) ?? createGround(said, []).numbers()[0]?.value
      return value === undefined || (parameter.integer && !Number.isInteger(value)) ? undefined : value
    }
    case 'date':
    case 'time':
    case 'date-time':
      return findDates(said, { ...options, form: parameter.kind })[0]?.text
    case 'email':
      return /[^\s@]+@[^\s@]+\.[^\s@.,;]+/.exec(said.slice(0, 400))?.[0]
    case 'url':
      return /(?:https?:\/\/|www\.)\S+/.exec(said)?.[0]
    case 'expression':
      return (
        findExpression(createGround(said, []).digits)?.text.replaceAll(RESULT, 'x') ??
        (/\d/.test(said) ? said : undefined)
      )
    case 'currency':
    case 'currency-from':
    case 'currency-to':
      return currenciesOf(said)[0]?.code ?? (/^[a-z]{3}$/i.test(said) ? said.toUpperCase() : undefined)
    case 'unfillable':
      return undefined
    default:
      return said
  }
}
