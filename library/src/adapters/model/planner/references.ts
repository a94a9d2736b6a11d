/**
 * Words that stand for an earlier result: `it`, `the answer`, `the second one`, `there`.
 *
 * @module
 */
import type { Value } from './argument.ts'
import type { Ground } from './ground.ts'
import type { Kind, Parameter } from './parameters.ts'

const POSITIONS: Readonly<Record<string, number>> = {
  first: 0,
  top: 0,
  best: 0,
  second: 1,
  third: 2,
  fourth: 3,
  fifth: 4,
  last: -1,
  latest: 0,
  newest: 0,
}
export const ITEM: RegExp =
  /\bthe\s+(first|second|third|fourth|fifth|last|top|best|latest|newest)(?:\s+(?:one|hit|result|document|doc|note|item|match|entry|page|file))?\b/i
export const WHOLE: RegExp =
  /(?<![\p{L}])(?:it|that|this|them|these|those|(?:the|that|your)\s+(?:result|answer|output|outcome|total|value|response|reply)s?)(?![\p{L}])/iu
const FROM_RESULT: readonly Kind[] = [
  'id',
  'file',
  'text',
  'number',
  'amount',
  'unit-from',
  'url',
  'query',
  'place',
  'person',
  'phrase',
]

/** Arguments that a pronoun stands for. */
export function references(
  ground: Ground,
  sorted: readonly Parameter[],
  values: ReadonlyMap<Parameter, Value>,
): [Parameter, Value][] {
  const place = sorted.find((one) => !values.has(one) && one.kind === 'place')
  const open = sorted.filter((one) => !values.has(one) && one.required && FROM_RESULT.includes(one.kind))
  if (place && /(?<![\p{L}])there(?![\p{L}])/iu.test(ground.text)) return [[place, { reference: { place: true } }]]
  if (open.length === 0) return []
  const item = ITEM.exec(ground.text)
  const position = item?.[1] === undefined ? undefined : POSITIONS[item[1].toLowerCase()]
  if (position === undefined && !WHOLE.test(ground.text)) return []
  const reference: Value = { reference: position === undefined ? {} : { item: position } }
  const first = open[0]
  if (!first) return []
  const value = open.find((one) => one.kind === 'number' || one.kind === 'amount')
  if (first.kind === 'unit-from' && value)
    return [
      [first, reference],
      [value, reference],
    ]
  return [[first, reference]]
}
