/**
 * Budgets: how much of something a user, or a tenant, may use in a window of time. The law: a budget that was declared
 * wrongly stops what it is for, and is never left out.
 *
 * @module
 */
import type { BudgetResource, BudgetWindow, Principal } from '../protocol/vocabulary.ts'
import { PolicyError, showReceived } from './errors.ts'

export interface BudgetOptions {
  /** `tenant`: all its users together. */
  readonly per: 'user' | 'tenant'
  /** In UTC; a month is one of the calendar. */
  readonly window: BudgetWindow
  readonly resource: BudgetResource
  /** Whole, from 0; of `money`, an amount of the currency to the millionth. */
  readonly max: number
  /** Counts the calls of this tool only. Only with `calls`. */
  readonly tool?: string
  /** Binds users with at least one of these roles. Default: all. Only with `user`. */
  readonly roles?: readonly string[]
}

/** A budget as it is counted: money in millionths. */
export interface BudgetRule extends BudgetOptions {}

const MICROS = 1_000_000
const MAX_BUDGETS = 100
const pers: readonly unknown[] = ['user', 'tenant']
const windows: readonly unknown[] = ['hour', 'day', 'month']
const resources: readonly unknown[] = ['steps', 'calls', 'tokens', 'money', 'runMs']
const keys: readonly string[] = ['per', 'window', 'resource', 'max', 'tool', 'roles']

/** @throws PolicyError `BUDGET_INVALID`. */
export function readBudgets(budgets: readonly BudgetOptions[]): readonly BudgetRule[] {
  if (!Array.isArray(budgets) || budgets.length > MAX_BUDGETS) {
    throw invalid('budgets', `a list of at most ${MAX_BUDGETS} budgets`, budgets)
  }
  const seen = new Set<string>()
  return Object.freeze(
    budgets.map((budget: BudgetOptions, index) => {
      const rule = readBudget(budget, `budgets[${index}]`)
      const { max: _max, ...same } = rule
      const key = JSON.stringify([same.per, same.window, same.resource, same.tool, same.roles])
      if (seen.has(key)) throw invalid(`budgets[${index}]`, 'another budget than those before it', 'the same one again')
      seen.add(key)
      return rule
    }),
  )
}

/** Those that bind this principal. */
export function budgetsOf(principal: Principal, rules: readonly BudgetRule[]): readonly BudgetRule[] {
  return rules.filter(({ roles }) => roles === undefined || roles.some((role) => principal.roles.includes(role)))
}

function readBudget(budget: BudgetOptions, at: string): BudgetRule {
  if (typeof budget !== 'object' || budget === null)
    throw invalid(at, 'a budget: { per, window, resource, max }', budget)
  for (const key of Object.keys(budget)) {
    if (!keys.includes(key)) throw invalid(`${at}.${key}`, `absent; the options are ${keys.join(', ')}`, 'an option')
  }
  const { per, window, resource, max, tool, roles } = budget
  if (!pers.includes(per)) throw invalid(`${at}.per`, '"user" or "tenant"', per)
  if (!windows.includes(window)) throw invalid(`${at}.window`, '"hour", "day" or "month"', window)
  if (!resources.includes(resource)) throw invalid(`${at}.resource`, `one of ${resources.join(', ')}`, resource)
  const amount = resource === 'money' ? Math.round(max * MICROS) : max
  const exact = resource !== 'money' || Math.abs(amount / MICROS - max) < Number.EPSILON * Math.max(1, max)
  if (typeof max !== 'number' || !Number.isSafeInteger(amount) || amount < 0 || !exact) {
    throw invalid(
      `${at}.max`,
      resource === 'money' ? 'an amount from 0, to the millionth' : 'a whole number from 0',
      max,
    )
  }
  if (tool !== undefined && (typeof tool !== 'string' || tool === '' || resource !== 'calls')) {
    throw invalid(`${at}.tool`, 'the name of a tool, and only with the resource "calls"', tool)
  }
  if (roles !== undefined && (per !== 'user' || !Array.isArray(roles) || roles.length === 0 || !roles.every(isText))) {
    throw invalid(`${at}.roles`, 'a list of at least one role, and only per "user"', roles)
  }
  return Object.freeze({
    per,
    window,
    resource,
    max: amount,
    ...(tool === undefined ? {} : { tool }),
    ...(roles === undefined ? {} : { roles: Object.freeze([...roles]) }),
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function invalid(option: string, expected: string, received: unknown): PolicyError {
  return new PolicyError('BUDGET_INVALID', { option, expected, received: showReceived(received) })
}
