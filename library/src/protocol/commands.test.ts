import { describe, expect, it } from 'vitest'
import { COMMAND_BOUNDS, commandBodySchema, commandTypes, isCommandType } from './commands.ts'
import type { CommandBody, CommandType } from './frames.ts'

/** One whole command of each type, every optional field given. */
const whole: { readonly [T in CommandType]: Extract<CommandBody, { readonly type: T }> } = {
  'thread.create': { type: 'thread.create', title: 'Oslo' },
  'thread.list': { type: 'thread.list', query: 'os', limit: 10, before: 5 },
  'thread.rename': { type: 'thread.rename', threadId: 'thr_1', title: 'Bergen' },
  'thread.delete': { type: 'thread.delete', threadId: 'thr_1' },
  'thread.open': { type: 'thread.open', threadId: 'thr_1', after: 0 },
  'thread.read': { type: 'thread.read', threadId: 'thr_1', before: 40, limit: 20 },
  'thread.leave': { type: 'thread.leave', threadId: 'thr_1' },
  'message.send': {
    type: 'message.send',
    threadId: 'thr_1',
    parts: [{ type: 'text', text: 'hello' }],
    idempotencyKey: 'key',
    agent: 'assistant',
  },
  'run.stop': { type: 'run.stop', runId: 'run_1' },
  'approval.answer': {
    type: 'approval.answer',
    approvalId: 'apr_1',
    decision: 'approved',
    reason: 'looks right',
    input: { path: ['a', 1, null] },
  },
  'approval.check': { type: 'approval.check', approvalId: 'apr_1', input: { path: ['a', 1, null] } },
  'approval.get': { type: 'approval.get', approvalId: 'apr_1' },
  'approval.list': { type: 'approval.list', limit: 200, after: 'apr_1' },
  'usage.get': { type: 'usage.get' },
  'tools.offer': {
    type: 'tools.offer',
    tools: [
      {
        name: 'read_theme',
        title: 'Theme',
        description: 'Light or dark.',
        inputSchema: { type: 'object' },
        outputSchema: { type: 'string' },
        effect: 'read',
        idempotent: true,
        timeoutMs: 5_000,
      },
    ],
  },
  'tool.result': { type: 'tool.result', callId: 'call_1', output: 'dark' },
  'tools.list': { type: 'tools.list', agent: 'assistant' },
  'auth.refresh': { type: 'auth.refresh', token: 'token' },
  ping: { type: 'ping' },
}

describe('the shapes of commands', () => {
  it('let every whole command pass as it is', () => {
    const parsed = commandTypes.map((type) => commandBodySchema(type).parse(whole[type]))

    expect(parsed).toEqual(commandTypes.map((type) => whole[type]))
  })

  it('refuse a key that no command has, instead of ignoring it', () => {
    const accepted = commandTypes.filter(
      (type) => commandBodySchema(type).safeParse({ ...whole[type], surplus: 1 }).success,
    )

    expect(accepted).toEqual([])
  })

  it('know their own types only, and not what every object has', () => {
    expect(['ping', 'thread.opened', 'constructor', '__proto__', 'toString', ''].filter(isCommandType)).toEqual([
      'ping',
    ])
  })

  it('refuse an input that nests deeper than the bound, however deep', () => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    const accepts = (input: unknown): boolean =>
      commandBodySchema('approval.answer').safeParse({ ...whole['approval.answer'], input }).success

    expect(accepts(nested(COMMAND_BOUNDS.maxInputDepth))).toBe(true)
    expect(accepts(nested(COMMAND_BOUNDS.maxInputDepth + 2))).toBe(false)
    expect(accepts(nested(30_000))).toBe(false)
  })

  it('refuse an id, a title and a token that are empty or too long', () => {
    const refused = [
      commandBodySchema('thread.open').safeParse({ type: 'thread.open', threadId: '', after: 0 }),
      commandBodySchema('thread.open').safeParse({ type: 'thread.open', threadId: 'x'.repeat(129), after: 0 }),
      commandBodySchema('thread.rename').safeParse({ type: 'thread.rename', threadId: 'a', title: '' }),
      commandBodySchema('thread.create').safeParse({ type: 'thread.create', title: 'x'.repeat(201) }),
      commandBodySchema('auth.refresh').safeParse({ type: 'auth.refresh', token: 'x'.repeat(16_385) }),
      commandBodySchema('thread.open').safeParse({ type: 'thread.open', threadId: 'a', after: -1 }),
      commandBodySchema('thread.open').safeParse({ type: 'thread.open', threadId: 'a', after: 0.5 }),
    ]

    expect(refused.map(({ success }) => success)).toEqual(refused.map(() => false))
  })
})
