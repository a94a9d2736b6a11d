/** A limit in words for who has reached it: what an answer may take, or whose budget it was. */
import { describeLimit, type LimitFacts } from 'toolcrib/protocol'
import { formatDuration } from '../../parts/time.ts'

export function limitInWords(limit: LimitFacts): string {
  const said = limit.per === undefined ? ofOneAnswer.get(limit.name)?.(limit.value) : undefined
  return said ?? describeLimit(limit)
}

const count = (amount: number, noun: string): string => `${amount.toLocaleString()} ${noun}${amount === 1 ? '' : 's'}`

const ofOneAnswer: ReadonlyMap<string, (value: number) => string> = new Map([
  ['maxSteps', (value: number) => `an answer may take ${count(value, 'step')}`],
  ['maxCalls', (value: number) => `an answer may make ${count(value, 'call')}`],
  ['maxTokens', (value: number) => `an answer may use ${count(value, 'token')}`],
  [
    'maxOutputTokens',
    (value: number) => `the model stopped after ${count(value, 'token')}, as many as it may write at once`,
  ],
  ['maxRunMs', (value: number) => `an answer may work for ${formatDuration(value)}`],
])
