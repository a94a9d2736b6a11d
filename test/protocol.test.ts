import { describe, expect, it } from 'vitest'
import { commandBodySchema, commandIdSchema, commandTypes } from '../library/src/protocol/commands.ts'
import { contractRules } from '../library/src/protocol/contract.ts'
import type { ThreadEventType } from '../library/src/protocol/events.ts'
import { CLOSE, type CommandType, type ServerFrame } from '../library/src/protocol/frames.ts'
import { source, sources } from './sources.ts'

const document = source('docs/protocol.md').text

/** Every type there is: the compiler misses one that is new, and one that is gone. */
const eventTypes: Readonly<Record<ThreadEventType, true>> = {
  message_added: true,
  agent_started: true,
  context_compacted: true,
  agent_thinking: true,
  agent_message: true,
  step_completed: true,
  tool_executing: true,
  tool_progress: true,
  tool_completed: true,
  tool_late: true,
  approval_requested: true,
  approval_resolved: true,
  limit_warning: true,
  agent_rewound: true,
  agent_completed: true,
  subagent_event: true,
  thread_renamed: true,
}
const frameTypes: Readonly<Record<ServerFrame['type'], true>> = {
  hello: true,
  ok: true,
  error: true,
  event: true,
  threads_changed: true,
  approvals_changed: true,
  thread_gone: true,
  'tool.call': true,
  'tool.cancel': true,
  goodbye: true,
}

/** The text of a chapter, up to the next one. */
function chapter(title: string): string {
  return document.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? ''
}

function sections(title: string): readonly { readonly name: string; readonly examples: readonly Example[] }[] {
  return chapter(title)
    .split(/^### /m)
    .slice(1)
    .map((text) => ({
      name: text.match(/^`([^`]+)`/)?.[1] ?? '',
      examples: [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, json = '']): Example => JSON.parse(json)),
    }))
}

type Example = Readonly<Record<string, unknown>>

/** The cells of the first columns of a table's rows. */
function rows(title: string): readonly (readonly string[])[] {
  return [...chapter(title).matchAll(/^\| (.+) \|$/gm)]
    .map(([, row = '']) => row.split(' | ').map((cell) => cell.replaceAll('`', '')))
    .slice(1)
}

describe('docs/protocol.md', () => {
  it('has a section for every command, and no other', () => {
    expect(sections('Commands').map(({ name }) => name)).toEqual(commandTypes)
  })

  it('has a section for every frame of the server, and no other', () => {
    expect(sections('Server frames').map(({ name }) => name)).toEqual(Object.keys(frameTypes))
  })

  it('has a section for every event, and no other', () => {
    expect(sections('Events').map(({ name }) => name)).toEqual(Object.keys(eventTypes))
  })

  it('shows each command as the server takes it, and its reply with the same id', () => {
    const faults = sections('Commands').flatMap(({ name, examples: [command = {}, reply = {}, ...more] }) => {
      const { id, ...body } = command
      const parsed = commandBodySchema(name as CommandType).safeParse(body)
      const isWhole = parsed.success && commandIdSchema.safeParse(id).success && body.type === name
      return isWhole && reply.type === 'ok' && reply.id === id && more.length === 0 ? [] : [name]
    })

    expect(faults).toEqual([])
  })

  it('shows every optional field of a command', () => {
    const shown = sections('Commands').map(({ name, examples: [command = {}] }) => {
      const { id: _, ...body } = command
      return [name, Object.keys(body).toSorted()]
    })

    expect(shown).toEqual(
      Object.entries({
        'thread.create': ['title', 'type'],
        'thread.list': ['before', 'limit', 'query', 'type'],
        'thread.rename': ['threadId', 'title', 'type'],
        'thread.delete': ['threadId', 'type'],
        'thread.open': ['last', 'threadId', 'type'],
        'thread.read': ['before', 'limit', 'threadId', 'type'],
        'thread.leave': ['threadId', 'type'],
        'message.send': ['agent', 'follows', 'idempotencyKey', 'model', 'parts', 'threadId', 'type'],
        'run.stop': ['runId', 'type'],
        'approval.answer': ['approvalId', 'decision', 'input', 'reason', 'type'],
        'approval.check': ['approvalId', 'input', 'type'],
        'approval.get': ['approvalId', 'type'],
        'approval.list': ['after', 'limit', 'type'],
        'tools.offer': ['tools', 'type'],
        'tool.result': ['callId', 'output', 'type'],
        'tools.list': ['agent', 'type'],
        'usage.get': ['type'],
        'auth.refresh': ['token', 'type'],
        ping: ['type'],
      }),
    )
  })

  it('shows each frame and each event under its own name', () => {
    const shown = [...sections('Server frames'), ...sections('Events')].filter(({ examples }) => examples.length > 0)

    expect(shown.map(({ examples }) => examples[0]?.type)).toEqual(shown.map(({ name }) => name))
    expect(shown.length).toBe(Object.keys(eventTypes).length + Object.keys(frameTypes).length - 1)
  })

  it('lists the close codes as they are in the code', () => {
    const listed = rows('Close codes').filter(([code]) => code !== '---')

    expect(listed.map(([code, name]) => [name, Number(code)])).toEqual(Object.entries(CLOSE))
  })

  it('lists the rules of the run contract as the checker says them', () => {
    expect(rows('Order').filter(([rule]) => /^[A-Z]/.test(rule ?? ''))).toEqual(Object.entries(contractRules))
  })

  it('lists the routes that the server has, and no other', () => {
    const listed = rows('HTTP').flatMap(([route = '']) => (/^[A-Z]+ \//.test(route) ? [route] : []))
    const declared = sources('apps/server/src/http/*.ts')
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .flatMap(({ text }) => [...text.matchAll(/app\.(get|post|put|patch|delete)(?:<\w+>)?\(\s*'([^']+)'/g)])
      .map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`)
      .filter((route) => !route.includes('*'))

    expect(listed.toSorted()).toEqual([...new Set(declared)].toSorted())
  })

  it('names only codes that errors.md explains', () => {
    const known = new Set([...source('docs/errors.md').text.matchAll(/^### `?([A-Z_]+)`?$/gm)].map(([, code]) => code))
    const named = [...chapter('Limits').matchAll(/`([A-Z]{3,}(?:_[A-Z]+)+)`/g)].map(([, code]) => code)

    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((code) => !known.has(code))).toEqual([])
  })
})
