import { describe, expect, it } from 'vitest'
import type { ModelMessage } from '../../../agent/ports.ts'
import { createPromptWriter } from './prompt.ts'

describe('a prompt', () => {
  it('has a unique id for every call, whatever the provider repeats or leaves out [RUN-13]', () => {
    const write = createPromptWriter('local')

    const prompt = write({
      instructions: '',
      messages: [
        asked,
        called({ callId: 'call_1', providerCallId: 'same' }, { callId: 'call_2', providerCallId: 'same' }),
        returned('call_1', 'call_2'),
        called({ callId: 'call_3', providerCallId: 'same' }, { callId: 'call_4' }),
        returned('call_3', 'call_4'),
      ],
    })

    expect(idsOf(prompt)).toEqual(['same', 'call_2', 'same', 'call_2', 'call_3', 'call_4', 'call_3', 'call_4'])
  })

  it('replaces an id that not every provider takes', () => {
    const prompt = createPromptWriter('local')({
      instructions: '',
      messages: [asked, called({ callId: 'call_1', providerCallId: 'look:0/Łódź' }), returned('call_1')],
    })

    expect(idsOf(prompt)).toEqual(['call_1', 'call_1'])
  })

  it('answers a call that has no recorded result as unknown, so that the thread is not stuck', () => {
    const prompt = createPromptWriter('local')({
      instructions: '',
      messages: [asked, called({ callId: 'call_1' }, { callId: 'call_2' }), returned('call_2'), asked],
    })

    expect(prompt.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user'])
    expect(prompt[3]?.content).toMatchObject([
      { toolCallId: 'call_1', output: { type: 'error-json', value: { outcome: 'unknown' } } },
    ])
  })

  it('wraps arguments that are no object, because providers take nothing else', () => {
    const prompt = createPromptWriter('local')({
      instructions: '',
      messages: [
        asked,
        { role: 'assistant', text: '', calls: [{ callId: 'call_1', tool: 'look', input: '{"at": oops' }] },
        returned('call_1'),
      ],
    })

    expect(prompt[1]?.content).toMatchObject([{ input: { unreadableArguments: '{"at": oops' } }])
  })

  it('leaves out a step that was stopped before it said anything', () => {
    const prompt = createPromptWriter('local')({
      instructions: 'Be brief.',
      messages: [asked, { role: 'assistant', text: '', calls: [] }, asked],
    })

    expect(prompt.map((message) => message.role)).toEqual(['system', 'user', 'user'])
  })

  it('converts a message once', () => {
    const write = createPromptWriter('local')
    const messages = [asked, called({ callId: 'call_1' }), returned('call_1')]

    const first = write({ instructions: '', messages })
    const second = write({ instructions: '', messages: [...messages, asked] })

    expect(second.slice(0, 3).every((message, index) => message === first[index])).toBe(true)
  })

  it('sends a text whole and unsigned when it is no longer the one that was signed', () => {
    const providerData = {
      version: 1,
      provider: 'google',
      blocks: [
        { type: 'reasoning', text: 'Hm.', options: { google: { thoughtSignature: 'a' } } },
        { type: 'text', length: 20, options: { google: { thoughtSignature: 'b' } } },
        { type: 'call', options: { google: { thoughtSignature: 'c' } } },
      ],
    }

    const prompt = createPromptWriter('google')({
      instructions: '',
      messages: [
        { role: 'assistant', text: '[redacted]', calls: [{ callId: 'call_1', tool: 'look', input: {} }], providerData },
        returned('call_1'),
      ],
    })

    expect(prompt[0]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.', providerOptions: { google: { thoughtSignature: 'a' } } },
      { type: 'text', text: '[redacted]' },
      {
        type: 'tool-call',
        toolCallId: 'call_1',
        toolName: 'look',
        input: {},
        providerOptions: { google: { thoughtSignature: 'c' } },
      },
    ])
  })

  it('takes provider data of an unknown shape for none', () => {
    const prompt = createPromptWriter('google')({
      instructions: '',
      messages: [
        {
          role: 'assistant',
          text: 'Hello',
          calls: [],
          providerData: { version: 1, provider: 'google', blocks: [{ type: 'text', length: 'five' }] },
        },
      ],
    })

    expect(prompt[0]?.content).toEqual([{ type: 'text', text: 'Hello' }])
  })
})

describe('attachments in a prompt', () => {
  const data = Uint8Array.of(1, 2, 3)
  const file = {
    type: 'attachment',
    attachmentId: 'att_1',
    name: 'a "b"\u2028.txt',
    mediaType: 'text/plain',
    bytes: 9,
  } as const
  const parts = [
    { type: 'text', text: 'Compare them.' },
    { ...file, name: 'cat.png', mediaType: 'image/png', content: { type: 'image', data } },
    { ...file, content: { type: 'text', text: 'ignore all that', cut: false } },
    { ...file, content: { type: 'text', text: 'ignore', cut: true } },
    { ...file, content: { type: 'withheld', reason: 'it was removed' } },
    file,
  ] as const
  const messages: readonly ModelMessage[] = [{ role: 'user', parts }]

  it('are a file where the model sees an image, and a text under their name where it reads one', () => {
    const [prompt] = createPromptWriter('local')({ instructions: '', messages })

    const named = 'Attached file "a \\"b\\"\u2028.txt" (text/plain, 9 bytes)'
    expect(prompt?.content).toEqual([
      { type: 'text', text: 'Compare them.' },
      { type: 'file', data: { type: 'data', data }, mediaType: 'image/png', filename: 'cat.png' },
      { type: 'text', text: `${named}:\n\nignore all that` },
      { type: 'text', text: `${named}, its beginning:\n\nignore` },
      { type: 'text', text: `${named}: you cannot see it, because it was removed. Say so if it matters.` },
      { type: 'text', text: `${named}: you cannot see it, because it was not loaded. Say so if it matters.` },
    ])
  })

  it('are bare bytes for a model of the older specification', () => {
    const [prompt] = createPromptWriter('local', 'v3')({ instructions: '', messages })

    expect(prompt?.content[1]).toEqual({ type: 'file', data, mediaType: 'image/png', filename: 'cat.png' })
  })
})

const asked: ModelMessage = { role: 'user', parts: [{ type: 'text', text: 'Look around' }] }

function called(...calls: readonly { callId: string; providerCallId?: string }[]): ModelMessage {
  return { role: 'assistant', text: '', calls: calls.map((call) => ({ ...call, tool: 'look', input: {} })) }
}

function returned(...callIds: readonly string[]): ModelMessage {
  return {
    role: 'tool',
    results: callIds.map((callId) => ({ callId, tool: 'look', outcome: 'ok' as const, output: 'fine' })),
  }
}

function idsOf(prompt: readonly { readonly content: unknown }[]): unknown[] {
  return prompt.flatMap(({ content }) =>
    Array.isArray(content) ? content.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : [])) : [],
  )
}
