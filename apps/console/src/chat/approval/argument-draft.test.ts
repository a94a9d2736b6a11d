import { describe, expect, it } from 'vitest'
import { type ArgumentDraft, draftOf, isAbout, isPlain, readDraft } from './argument-draft.ts'

const schema = {
  type: 'object',
  properties: {
    to: { type: 'string', description: 'Who gets it' },
    amount: { type: 'number' },
    urgent: { type: 'boolean' },
    currency: { enum: ['EUR', 'USD'] },
    note: { type: 'string' },
  },
  required: ['to', 'amount'],
}
const input = { to: 'bob', amount: 10, urgent: true, currency: 'EUR', password: '[redacted]', lines: [{ item: 'tea' }] }

describe('arguments as a form', () => {
  it('have a field each, by their schema and their value, and those that could be added apart [WEB-01]', () => {
    const { fields, absent } = draftOf(input, schema)

    expect(fields.map(({ name, kind, optional }) => [name, kind, optional])).toEqual([
      ['to', 'text', false],
      ['amount', 'number', false],
      ['urgent', 'switch', true],
      ['currency', 'choice', true],
      ['password', 'hidden', false],
      ['lines', 'json', false],
    ])
    expect(fields[0]?.description).toBe('Who gets it')
    expect(absent.map(({ name, kind, optional }) => [name, kind, optional])).toEqual([['note', 'text', true]])
  })

  it('are given back as they were shown when nothing was touched, also without a schema [RUN-08]', () => {
    const odd = { ...input, __proto__: undefined, empty: '', nothing: null, '': [], deep: { a: { b: '[redacted]' } } }
    const plain = JSON.parse(JSON.stringify(odd))

    expect(readDraft(draftOf(plain, schema))).toEqual({ ok: true, input: plain })
    expect(readDraft(draftOf(plain))).toEqual({ ok: true, input: plain })
    expect(readDraft(draftOf('no object'))).toEqual({ ok: true, input: 'no object' })
    expect(readDraft(draftOf(JSON.parse('{"__proto__":1}')))).toEqual({
      ok: true,
      input: JSON.parse('{"__proto__":1}'),
    })
  })

  it('say what is no value yet at its field, with the line and the column of what is no JSON [WEB-01]', () => {
    const written = write(draftOf(input, schema), { amount: 'ten', lines: '[\n  { "item" "tea" }\n]' })

    expect(readDraft(written)).toEqual({
      ok: false,
      issues: [
        { path: '/amount', message: 'Write a number.' },
        { path: '/lines', message: 'This is no JSON: look at line 2, column 12.' },
      ],
    })
  })

  it('write a text out as JSON that holds what cannot be seen [RUN-08]', () => {
    const [field] = draftOf({ to: 'bob\u202e' }, schema).fields

    expect([field?.kind, field?.text]).toEqual(['json', '"bob\\u202e"'])
    expect(['bob', 'bob\u200b', ' bob', '', '12', 'true', 'a\nb'].map(isPlain)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ])
  })

  it('keep a value that is none of its choices, to be corrected', () => {
    const [field] = draftOf({ currency: 'GBP' }, schema).fields

    expect([field?.kind, field?.text]).toEqual(['text', 'GBP'])
  })

  it('find the field that a complaint is about, however it is named', () => {
    const about = (path: string, name: string) => isAbout({ path, message: '' }, { name })

    expect([about('/a~1b/0', 'a/b'), about('/a~0', 'a~'), about('/ab', 'a'), about('', 'a')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

function write(draft: ArgumentDraft, texts: Readonly<Record<string, string>>): ArgumentDraft {
  const fields = draft.fields.map((field) => ({ ...field, text: texts[field.name ?? ''] ?? field.text }))
  return { ...draft, fields }
}
