/**
 * A limit, and an amount of what a budget counts, as people read them. The law: terminal, page and errors say the same.
 *
 * @module
 */
import type { BudgetLevel, BudgetResource, LimitFacts, UsageReport } from './vocabulary.ts'

const MICROS = 1_000_000
const nouns: { readonly [R in BudgetResource]: string } = {
  steps: 'step',
  calls: 'call',
  tokens: 'token',
  money: '',
  runMs: 's at work',
}

/** Such as `4,210 tokens`, `0.013 USD` or `42 s at work`. */
export function describeAmount(resource: BudgetResource, amount: number, currency: string = 'of the currency'): string {
  switch (resource) {
    case 'money':
      return `${(amount / MICROS).toLocaleString('en', { maximumFractionDigits: 6 })} ${currency}`
    case 'runMs':
      return `${(amount / 1_000).toLocaleString('en', { maximumFractionDigits: 1 })} ${nouns[resource]}`
    default:
      return `${amount.toLocaleString('en')} ${nouns[resource]}${amount === 1 ? '' : 's'}`
  }
}

/** Such as `maxSteps is 40`, or `the budget of 10 calls of "send_mail" per user and day`; and whether waiting helps. */
export function describeLimit({ name, value, per, window, tool, held }: LimitFacts, currency?: string): string {
  const rest = held === true ? ', and what is at work holds the rest of it for now' : ''
  if (per === undefined || window === undefined || !isResource(name)) return `${name} is ${value}${rest}`
  const what = tool === undefined ? '' : ` of "${tool}"`
  return `the budget of ${describeAmount(name, value, currency)}${what} per ${per} and ${window}${rest}`
}

/** A line for each window, then one for each budget: how much is left of it, and until when. */
export function describeUsage({
  currency,
  used,
  budgets,
}: UsageReport & { readonly currency: string }): readonly string[] {
  const windows = used.map(({ window, steps, calls, tokens, costMicros, runMs }) => {
    const amounts = [
      describeAmount('steps', steps),
      describeAmount('calls', calls),
      describeAmount('tokens', tokens),
      describeAmount('money', costMicros, currency),
      describeAmount('runMs', runMs),
    ]
    return `this ${window}: ${amounts.join(', ')}`
  })
  return [...windows, ...budgets.map((level) => describeLevel(level, currency))]
}

function describeLevel({ resource, max, used, reserved, endsAt, ...rest }: BudgetLevel, currency: string): string {
  const left = describeAmount(resource, Math.max(0, max - used - reserved), currency)
  const until = new Date(endsAt).toLocaleString()
  return `${describeLimit({ name: resource, value: max, ...rest }, currency)}: ${left} left until ${until}`
}

function isResource(name: string): name is BudgetResource {
  return Object.hasOwn(nouns, name)
}
