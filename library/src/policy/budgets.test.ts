import { describe, expect, it } from 'vitest'
import { type BudgetOptions, budgetsOf, readBudgets } from './budgets.ts'

const daily: BudgetOptions = { per: 'user', window: 'day', resource: 'tokens', max: 1_000 }

describe('budgets', () => {
  it('are copied, frozen, and counted in whole numbers: money in millionths [CALL-07]', () => {
    const roles = ['guest']
    const given: BudgetOptions[] = [
      { ...daily, roles },
      { ...daily, resource: 'money', max: 0.29 },
      { ...daily, resource: 'money', max: 4.350001, window: 'month' },
    ]

    const rules = readBudgets(given)
    roles.push('admin')

    expect(rules).toEqual([
      { ...daily, roles: ['guest'] },
      { ...daily, resource: 'money', max: 290_000 },
      { ...daily, resource: 'money', max: 4_350_001, window: 'month' },
    ])
    expect(rules.every((rule) => Object.isFrozen(rule))).toBe(true)
  })

  it.each<readonly [option: string, budget: unknown]>([
    ['budgets[0].per', { ...daily, per: 'everybody' }],
    ['budgets[0].window', { ...daily, window: 'week' }],
    ['budgets[0].resource', { ...daily, resource: 'bytes' }],
    ['budgets[0].max', { ...daily, max: -1 }],
    ['budgets[0].max', { ...daily, max: 1.5 }],
    ['budgets[0].max', { ...daily, max: Number.NaN }],
    ['budgets[0].max', { ...daily, max: Number.POSITIVE_INFINITY }],
    ['budgets[0].max', { ...daily, max: '5' }],
    ['budgets[0].max', { ...daily, resource: 'money', max: 0.000_000_1 }],
    ['budgets[0].tool', { ...daily, tool: 'send_mail' }],
    ['budgets[0].roles', { ...daily, roles: [] }],
    ['budgets[0].roles', { ...daily, per: 'tenant', roles: ['guest'] }],
    ['budgets[0].perUser', { ...daily, perUser: 5 }],
    ['budgets[0]', null],
  ])('refuse a wrong %s, naming it [CALL-07]', (option, budget) => {
    expect(() => readBudgets([budget as BudgetOptions])).toThrow(
      expect.objectContaining({ code: 'BUDGET_INVALID', details: expect.objectContaining({ option }) }),
    )
  })

  it('refuse the same budget twice, and more than can be asked for with each step [CALL-07]', () => {
    const many = Array.from({ length: 101 }, (_, index): BudgetOptions => ({ ...daily, roles: [`role ${index}`] }))

    expect(() => readBudgets([daily, { ...daily, max: 5 }])).toThrow(
      expect.objectContaining({ code: 'BUDGET_INVALID' }),
    )
    expect(() => readBudgets(many)).toThrow(expect.objectContaining({ code: 'BUDGET_INVALID' }))
    expect(readBudgets(many.slice(1))).toHaveLength(100)
  })

  it('bind who has one of their roles, and everybody when they name none [CALL-07]', () => {
    const rules = readBudgets([daily, { ...daily, roles: ['guest', 'trial'] }])
    const who = { tenant: 'acme', user: 'ann', scopes: [] }

    expect(budgetsOf({ ...who, roles: ['trial', 'user'] }, rules)).toEqual(rules)
    expect(budgetsOf({ ...who, roles: ['user'] }, rules)).toEqual([rules[0]])
  })
})
