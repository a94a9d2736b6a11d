import { describe, expect, it } from 'vitest'
import { conversationText } from './context-summary.ts'
import type { ModelMessage } from './ports.ts'

const sizeOf = (text: string): number => text.length

const messages: readonly ModelMessage[] = [
  {
    role: 'user',
    parts: [
      { type: 'text', text: 'What is in it?' },
      { type: 'attachment', attachmentId: 'att_1', name: 'plan.txt', mediaType: 'text/plain', bytes: 12 },
    ],
  },
  {
    role: 'assistant',
    thinking: 'hm',
    text: 'Let me look.',
    calls: [{ callId: 'call_1', tool: 'read', input: { page: 2 } }],
  },
  {
    role: 'tool',
    results: [
      { callId: 'call_1', tool: 'read', outcome: 'ok', output: { text: 'A plan' } },
      {
        callId: 'call_2',
        tool: 'read',
        outcome: 'failed',
        error: { code: 'X', message: 'the page is torn', retry: 'never' },
      },
    ],
  },
]

describe('a conversation as a text', () => {
  it('tells who said what, which tools were called, and how that ended', () => {
    expect(conversationText(messages, { sizeOf, maxTokens: 10_000 })).toBe(
      [
        'Person: What is in it?\n[attached: plan.txt, text/plain, 12 bytes]',
        'Assistant: Let me look.\nAssistant calls read with {"page":2}',
        'read ends ok: {"text":"A plan"}\nread ends failed: the page is torn',
      ].join('\n\n'),
    )
  })

  it('shortens what is long before it leaves anything out', () => {
    const output = `begin ${'x'.repeat(100_000)} end`
    const long: ModelMessage = { role: 'tool', results: [{ callId: 'c', tool: 'read', outcome: 'ok', output }] }

    const text = conversationText([...messages, long], { sizeOf, maxTokens: 2_000 })

    expect(text.length).toBeLessThanOrEqual(2_000)
    expect(text).toContain('What is in it?')
    expect(text).toContain('"begin xxx')
    expect(text).toContain('xxx end"')
  })

  it('is never longer than it may be, whatever there is to tell', () => {
    const many = Array.from({ length: 2_000 }, () => messages).flat()

    const text = conversationText(many, { sizeOf, maxTokens: 500 })

    expect(text.length).toBeLessThanOrEqual(500)
    expect(text).toMatch(/^Person: What/)
    expect(text).toMatch(/torn$/)
  })

  it('cuts no letter in two', () => {
    const parts = [{ type: 'text', text: '🥪'.repeat(20_000) }] as const

    const text = conversationText([{ role: 'user', parts }], { sizeOf, maxTokens: 999 })

    expect(text.isWellFormed()).toBe(true)
    expect(text.length).toBeLessThanOrEqual(999)
  })
})
