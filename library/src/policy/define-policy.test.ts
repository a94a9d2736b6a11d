import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect, Principal } from '../protocol/vocabulary.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Requirement, Tool } from '../tool/tool.ts'
import { definePolicy } from './define-policy.ts'
import type { PolicyOptions } from './policy.ts'

interface Traits {
  readonly tags?: readonly string[]
  readonly category?: string
  readonly effect?: Effect
  readonly requires?: Requirement
  readonly approval?: 'always' | 'never'
}

function named(name: string, traits: Traits = {}): Tool {
  return defineTool({
    name,
    description: 'Does it.',
    input: { type: 'object' },
    effect: 'read',
    ...traits,
    execute: () => 0,
  })
}

function person(roles: readonly string[] = [], scopes: readonly string[] = []): Principal {
  return { tenant: 'acme', user: 'ann', roles, scopes }
}

const read = named('read_file', { tags: ['files'], category: 'storage' })
const drop = named('drop_table', { effect: 'destructive', category: 'database' })
const secret = named('read_secret', { tags: ['files'], requires: { roles: ['admin'], scopes: ['vault'] } })

describe('permission', () => {
  it('is refused without a rule [CALL-06]', () => {
    const policy = definePolicy({ allow: [] })

    expect(policy.permission(person(['admin'], ['vault']), read)).toEqual({
      allowed: false,
      reason: 'no_rule',
      missing: [],
    })
  })

  it('is given by a rule that selects the tool by name, tag, category, effect or all of them [CALL-06]', () => {
    const selectors = ['read_file', 'tag:files', 'category:storage', 'effect:read', '*', 'Read_file', 'tag:file']

    const answers = selectors.map(
      (selector) => definePolicy({ allow: [{ tools: [selector] }] }).permission(person(), read).allowed,
    )

    expect(answers).toEqual([true, true, true, true, true, false, false])
  })

  it('needs every role and every scope of one rule, and says what is missing [CALL-06]', () => {
    const policy = definePolicy({
      allow: [
        { roles: ['staff', 'night'], scopes: ['files:read'], tools: ['tag:files'] },
        { roles: ['auditor'], tools: ['read_file'] },
      ],
    })

    expect(policy.permission(person(['staff', 'night'], ['files:read']), read)).toEqual({
      allowed: true,
      approval: false,
    })
    expect(policy.permission(person(['auditor']), read)).toEqual({ allowed: true, approval: false })
    expect(policy.permission(person(['staff', 'night']), read)).toEqual({
      allowed: false,
      reason: 'missing_scope',
      missing: ['files:read'],
    })
    expect(policy.permission(person(['staff']), read)).toEqual({
      allowed: false,
      reason: 'missing_role',
      missing: ['night'],
    })
    expect(policy.permission(person(), drop)).toEqual({ allowed: false, reason: 'no_rule', missing: [] })
  })

  it('is never given by part of a word: a text in the place of a list of grants holds none [CALL-06]', () => {
    const policy = definePolicy({ allow: [{ roles: ['admin'], tools: ['*'] }] })
    const misread = { ...person(), roles: 'administrator' as unknown as readonly string[] }
    const tools = Object.freeze([read])

    const asked = [misread, { ...misread, roles: 'admin' as unknown as readonly string[] }, person(['admin'])]

    expect(asked.map((principal) => policy.permission(principal, read).allowed)).toEqual([false, false, true])
    expect(asked.map((principal) => policy.visible(principal, tools).length)).toEqual([0, 0, 1])
  })

  it('needs what the tool itself requires, whatever a rule says [CALL-06]', () => {
    const policy = definePolicy({ allow: [{ tools: ['*'] }] })

    expect(policy.permission(person(['admin'], ['vault']), secret).allowed).toBe(true)
    expect(policy.permission(person(['admin']), secret)).toEqual({
      allowed: false,
      reason: 'missing_scope',
      missing: ['vault'],
    })
    expect(policy.permission(person([], ['vault']), secret)).toEqual({
      allowed: false,
      reason: 'missing_role',
      missing: ['admin'],
    })
  })
})

describe('approval', () => {
  it('is asked for what destroys by default, and for what the policy selects', () => {
    const everyone = [{ tools: ['*'] }]
    const approvals = (options: Omit<PolicyOptions, 'allow'>): readonly unknown[] =>
      [read, drop].map((tool) => {
        const permission = definePolicy({ allow: everyone, ...options }).permission(person(), tool)
        return permission.allowed && permission.approval
      })

    expect(approvals({})).toEqual([false, true])
    expect(approvals({ approve: [] })).toEqual([false, false])
    expect(approvals({ approve: ['tag:files'] })).toEqual([true, false])
    expect(approvals({ approve: ['*'] })).toEqual([true, true])
  })

  it('follows the tool before a rule for its effect, and a rule that names it before the tool', () => {
    const always = named('always', { approval: 'always' })
    const never = named('never', { approval: 'never', effect: 'destructive', tags: ['money'] })
    const asked = (approve: readonly string[], tool: Tool): unknown => {
      const permission = definePolicy({ allow: [{ tools: ['*'] }], approve }).permission(person(), tool)
      return permission.allowed && permission.approval
    }

    expect(asked([], always)).toBe(true)
    expect([asked(['effect:destructive'], never), asked(['*'], never)]).toEqual([false, false])
    expect([asked(['never'], never), asked(['tag:money'], never)]).toEqual([true, true])
  })

  it('waits a day unless told otherwise', () => {
    expect(definePolicy({ allow: [] }).approvalTimeoutMs).toBe(86_400_000)
    expect(definePolicy({ allow: [], approvalTimeoutMs: 5 }).approvalTimeoutMs).toBe(5)
  })
})

describe('rulesOf', () => {
  it('tells which rules select a tool, and who is asked before a call, whoever asks [CALL-06]', () => {
    const by = { roles: ['auditor'] }
    const policy = definePolicy({
      allow: [{ tools: ['tag:files'] }, { roles: ['dba'], scopes: ['prod'], tools: ['drop_table', 'other'] }],
      approve: ['effect:destructive', { tools: ['drop_table'], by }],
    })

    expect(policy.rulesOf(drop)).toEqual({
      allow: [{ roles: ['dba'], scopes: ['prod'], tools: ['drop_table', 'other'] }],
      approval: true,
      approvers: [{ roles: ['auditor'], users: [], requester: false }],
    })
    expect(policy.rulesOf(read)).toEqual({
      allow: [{ roles: [], scopes: [], tools: ['tag:files'] }],
      approval: false,
      approvers: [],
    })
    expect(definePolicy({ allow: [] }).rulesOf(drop)).toEqual({ allow: [], approval: true, approvers: [] })
  })
})

describe('visible', () => {
  const policy = definePolicy({ allow: [{ tools: ['tag:files'] }, { roles: ['dba'], tools: ['drop_table'] }] })
  const tools = [drop, read, secret]

  it('is what may be called, in the same order', () => {
    expect(policy.visible(person(), tools)).toEqual([read])
    expect(policy.visible(person(['dba']), tools)).toEqual([drop, read])
  })

  it('is the same array for the same tools and the same grants that matter', () => {
    const ann = policy.visible(person(['dba', 'chess']), tools)
    const bob = policy.visible({ ...person(['tennis', 'dba', 'dba']), user: 'bob' }, tools)

    expect(bob).toBe(ann)
    expect(policy.visible(person(['dba', 'admin'], ['vault']), tools)).toBe(tools)
    expect(policy.visible(person(['dba']), [...tools])).not.toBe(ann)
  })

  it('agrees with permission for every tool and principal [CALL-06]', () => {
    const words = fc.constantFrom('a', 'b', 'c')
    const list = fc.uniqueArray(words, { maxLength: 2 })
    const selector = fc.oneof(
      fc.constant('*'),
      words,
      words.map((word) => `tag:${word}`),
      words.map((word) => `category:${word}`),
      fc.constantFrom('effect:read', 'effect:write'),
    )
    const rule = fc.record({ roles: list, scopes: list, tools: fc.array(selector, { maxLength: 3 }) })
    const traits = fc.record({
      tags: list,
      category: words,
      effect: fc.constantFrom<Effect>('read', 'write'),
      requires: fc.record({ roles: list, scopes: list }),
    })
    const people = fc.array(fc.record({ roles: list, scopes: list }), { maxLength: 5 })

    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        fc.array(traits, { maxLength: 4 }),
        people,
        (allow, traitsOf, grants) => {
          const generated = definePolicy({ allow })
          const catalogue = traitsOf.map((one, index) => named('abcd'[index] ?? 'e', one))

          for (const { roles, scopes } of [...grants, ...grants]) {
            const principal = person(roles, scopes)
            const callable = catalogue.filter((tool) => generated.permission(principal, tool).allowed)
            expect(generated.visible(principal, catalogue)).toEqual(callable)
            const byHand = catalogue.filter(
              (tool) => allow.some((one) => mayUse(one, principal, tool)) && holds(tool.requires, principal),
            )
            expect(callable).toEqual(byHand)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('definePolicy', () => {
  it('refuses what it does not understand, with its name, what was expected and what was received [OPS-09]', () => {
    const faults = [
      {},
      { allow: [{}] },
      { allow: [{ tools: ['tags:files'] }] },
      { allow: [{ tools: ['effect:nuke'] }] },
      { allow: [{ tools: ['tag:'] }] },
      { allow: [], approve: ['delete_*'] },
      { allow: [], approve: ['delete_file '] },
      { allow: [], approve: ['tag: files'] },
      { allow: [], approve: Array(1) },
      { allow: Array(1) },
      { allow: [{ tools: ['*'], roles: null }] },
      { allow: [{ tools: ['*'], role: ['admin'] }] },
      { allow: [{ tools: ['*'], roles: 'admin' }] },
      { allow: [], approve: 'destructive' },
      { allow: [], approvalTimeoutMs: 0 },
      { allow: [], approvalTimeoutMs: Number.NaN },
      { allow: [], deny: [] },
    ]

    const messages = faults.map((options) => {
      try {
        definePolicy(options as unknown as PolicyOptions)
        return 'accepted'
      } catch (error) {
        return error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : 'untyped'
      }
    })

    expect(
      messages.map((message) =>
        /^POLICY_INVALID Expected `(.+)` of the policy to be .+, got (.+)$/.exec(message)?.slice(1),
      ),
    ).toEqual([
      ['allow', 'undefined'],
      ['allow[0].tools', 'undefined'],
      ['allow[0].tools[0]', '"tags:files"'],
      ['allow[0].tools[0]', '"effect:nuke"'],
      ['allow[0].tools[0]', '"tag:"'],
      ['approve[0]', '"delete_*"'],
      ['approve[0]', '"delete_file "'],
      ['approve[0]', '"tag: files"'],
      ['approve[0]', 'undefined'],
      ['allow[0]', 'undefined'],
      ['allow[0].roles', 'null'],
      ['allow[0]', '"role"'],
      ['allow[0].roles', '"admin"'],
      ['approve', '"destructive"'],
      ['approvalTimeoutMs', '0'],
      ['approvalTimeoutMs', 'NaN'],
      ['options', '"deny"'],
    ])
  })

  it('names the selectors that select nothing', () => {
    const policy = definePolicy({
      allow: [{ tools: ['read_flie', 'tag:files', '*'] }],
      approve: ['category:bank', 'effect:write', 'read_flie'],
    })

    expect(policy.unmatched([read, drop])).toEqual(['read_flie', 'category:bank', 'effect:write'])
  })

  it('copies its options: changing them later changes nothing', () => {
    const rule = { tools: ['read_file'], roles: ['staff'] }
    const policy = definePolicy({ allow: [rule] })

    rule.tools.push('*')
    rule.roles.pop()

    expect([policy.permission(person(), read).allowed, policy.permission(person(['staff']), drop).allowed]).toEqual([
      false,
      false,
    ])
  })
})

function mayUse(
  rule: { roles: string[]; scopes: string[]; tools: string[] },
  principal: Principal,
  tool: Tool,
): boolean {
  const selectors = [
    '*',
    tool.name,
    `category:${tool.category}`,
    `effect:${tool.effect}`,
    ...tool.tags.map((tag) => `tag:${tag}`),
  ]
  return holds(rule, principal) && rule.tools.some((selector) => selectors.includes(selector))
}

function holds({ roles = [], scopes = [] }: Requirement, principal: Principal): boolean {
  return (
    roles.every((role) => principal.roles.includes(role)) && scopes.every((scope) => principal.scopes.includes(scope))
  )
}

describe('who answers', () => {
  const payments = named('pay_invoice', { tags: ['payments'], effect: 'destructive' })
  const finance = { roles: ['finance'], users: [], requester: false }
  const eve = { roles: [], users: ['eve'], requester: true }
  const asks = (approve: PolicyOptions['approve'], tool: Tool = payments) =>
    definePolicy({ allow: [{ tools: ['*'] }], ...(approve === undefined ? {} : { approve }) }).permission(
      person(),
      tool,
    )

  it('is the one who asks, unless a rule says who [RUN-08]', () => {
    expect(asks(['effect:destructive'])).toEqual({ allowed: true, approval: true })
    expect(asks(['effect:destructive', { tools: ['tag:payments'], by: { roles: ['finance'] } }])).toEqual({
      allowed: true,
      approval: true,
      approvers: [finance],
    })
    expect(asks([{ tools: ['tag:payments'], by: { roles: ['finance'] } }], read)).toEqual({
      allowed: true,
      approval: false,
    })
  })

  it('is among each of the rules that ask for the call and say who [RUN-08]', () => {
    const both = asks([
      { tools: ['tag:payments'], by: { roles: ['finance'] } },
      { tools: ['read_file'], by: { users: ['bob'] } },
      { tools: ['effect:read', '*'], by: { users: ['eve'], requester: true } },
    ])

    expect(both).toEqual({ allowed: true, approval: true, approvers: [finance, eve] })
  })

  it('is said for a tool that asks always; for one that never asks, only by a rule that means it', () => {
    const by = { users: ['eve'], requester: true }
    const always = named('always', { approval: 'always' })
    const never = named('never', { approval: 'never', tags: ['payments'], effect: 'write' })

    expect(asks([], always)).toEqual({ allowed: true, approval: true })
    expect(asks([{ tools: ['always'], by }], always)).toMatchObject({ approvers: [eve] })
    expect(asks([{ tools: ['*', 'effect:write'], by }], never)).toEqual({ allowed: true, approval: false })
    expect(asks([{ tools: ['effect:write', 'tag:payments'], by }], never)).toMatchObject({ approvers: [eve] })
  })

  it('is copied: what is done to the options afterwards changes nothing', () => {
    const by = { roles: ['finance'] }
    const policy = definePolicy({ allow: [{ tools: ['*'] }], approve: [{ tools: ['*'], by }] })

    by.roles.push('everybody')

    expect(policy.permission(person(), payments)).toMatchObject({ approvers: [finance] })
  })

  it('names the option that says it wrongly', () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      ['effect:destructive', 'approve'],
      [[5], 'approve[0]'],
      [[null], 'approve[0]'],
      [['tag:'], 'approve[0]'],
      [[{ tools: ['*'] }], 'approve[0].by'],
      [[{ by: { users: ['eve'] } }], 'approve[0].tools'],
      [[{ tools: ['delete_*'], by: { users: ['eve'] } }], 'approve[0].tools[0]'],
      [[{ tools: ['*'], by: {} }], 'approve[0].by'],
      [[{ tools: ['*'], by: { roles: [], users: [], requester: false } }], 'approve[0].by'],
      [[{ tools: ['*'], by: { role: 'finance' } }], 'approve[0].by'],
      [[{ tools: ['*'], by: { roles: 'finance' } }], 'approve[0].by.roles'],
      [[{ tools: ['*'], by: { users: [''] } }], 'approve[0].by.users[0]'],
      [[{ tools: ['*'], by: { users: ['eve'], requester: 'yes' } }], 'approve[0].by.requester'],
      [[{ tools: ['*'], by: { users: ['eve'] }, expires: 1 }], 'approve[0]'],
    ]

    const options = wrong.map(([approve]) => {
      try {
        return definePolicy({ allow: [], approve: approve as NonNullable<PolicyOptions['approve']> })
      } catch (error) {
        return error
      }
    })

    expect(options).toMatchObject(wrong.map(([, option]) => ({ code: 'POLICY_INVALID', details: { option } })))
  })
})
