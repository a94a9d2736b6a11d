import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { compileSchema } from './schema.ts'

function redactWith(schema: object): (value: JsonValue) => JsonValue {
  const compiled = compileSchema(schema, 'input')
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.defects))
  return (value) => compiled.schema.redact(value)
}

describe('redact', () => {
  it('hides what the schema marks, by JSON Schema and by Zod metadata', () => {
    const json = redactWith({
      type: 'object',
      properties: { iban: { type: 'string', redact: true }, city: { type: 'string' } },
    })
    const zod = redactWith(z.object({ iban: z.string().meta({ redact: true }), city: z.string() }))

    const value = { iban: 'DE89', city: 'Oslo' }

    expect([json(value), zod(value)]).toEqual([
      { iban: '[redacted]', city: 'Oslo' },
      { iban: '[redacted]', city: 'Oslo' },
    ])
  })

  it('hides known secret keys at any depth, marked or not', () => {
    const redact = redactWith({ type: 'object' })

    const value = {
      user: 'ann',
      password: 'p',
      headers: { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Api-Key': 'k', accept: 'json' },
      accounts: [{ client_secret: 's', accessToken: 't', id: 7 }],
      db: { connectionString: 'postgres://…' },
      pin: 1234,
    }

    expect(redact(value)).toEqual({
      user: 'ann',
      password: '[redacted]',
      headers: { Authorization: '[redacted]', Cookie: '[redacted]', 'X-Api-Key': '[redacted]', accept: 'json' },
      accounts: [{ client_secret: '[redacted]', accessToken: '[redacted]', id: 7 }],
      db: { connectionString: '[redacted]' },
      pin: '[redacted]',
    })
  })

  it('knows a secret key in the plural, numbered, repeated, hashed and written wide', () => {
    const redact = redactWith({ type: 'object' })
    const keys = [
      'apiKeys',
      'passwords',
      'clientSecrets',
      'access_tokens',
      'password2',
      'passwordConfirmation',
      'password_hash',
      'privateKeyPem',
      'SECRET_KEY_BASE',
      'DB_PASS',
      'user_pwd',
      'ssh_key',
      'creditCardNumber',
      'recoveryCodes',
      'Authorization-Header',
      '\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44',
    ]

    const shown = redact(Object.fromEntries(keys.map((key) => [key, 'x'])))

    expect(shown).toEqual(Object.fromEntries(keys.map((key) => [key, '[redacted]'])))
  })

  it('leaves alone what only sounds like a secret', () => {
    const redact = redactWith({ type: 'object' })
    const value = {
      nextPageToken: 'abc',
      max_tokens: 5,
      secretary: 'Bo',
      passage: 'x',
      hasPassword: true,
      token: null,
      cookieless: 1,
      tokens: 7,
      tokenCount: 7,
      primary_key: 'id',
      publicKey: 'x',
      compass: 'n',
      author: 'Bo',
      passwordPolicy: 'long',
    }

    expect(redact(value)).toBe(value)
  })

  it('finds marks behind references, branches, lists, patterns and recursion', () => {
    const redact = redactWith({
      type: 'object',
      properties: {
        cards: { type: 'array', items: { anyOf: [{ $ref: '#/$defs/card' }, { type: 'string' }] } },
        pair: { prefixItems: [true, { redact: true }] },
        child: { $ref: '#' },
      },
      patternProperties: { '^x-': { redact: true } },
      additionalProperties: { type: 'object', properties: { inner: { allOf: [{ redact: true }] } } },
      $defs: { card: { type: 'object', properties: { number: { type: 'string', redact: true } } } },
    })

    expect(
      redact({
        cards: [{ number: '4111', brand: 'v' }, 'none'],
        pair: ['hidden', 'too: a list is judged whole'],
        child: { cards: [{ number: '4222' }] },
        'x-note': 'n',
        other: { inner: 'i', outer: 'o' },
      }),
    ).toEqual({
      cards: [{ number: '[redacted]', brand: 'v' }, 'none'],
      pair: ['[redacted]', '[redacted]'],
      child: { cards: [{ number: '[redacted]' }] },
      'x-note': '[redacted]',
      other: { inner: '[redacted]', outer: 'o' },
    })
  })

  it('hides a whole text that stands for arguments and names a secret, or any when the schema marks one', () => {
    const unmarked = redactWith({ type: 'object' })
    const marked = redactWith({ type: 'object', properties: { iban: { redact: true } } })

    expect([unmarked('{"password": "p'), unmarked('{"city": "Os'), marked('{"iban": "DE')]).toEqual([
      '[redacted]',
      '{"city": "Os',
      '[redacted]',
    ])
  })

  it('hides what can not be what its schema describes, when anything in there is marked', () => {
    const card = z.object({ number: z.string().meta({ redact: true }), brand: z.string() })
    const redact = redactWith(
      z.object({
        card: card.nullable(),
        list: z.array(card),
        either: z.union([z.string(), card]),
        pair: z.tuple([z.string(), card]),
        kind: z.discriminatedUnion('is', [
          z.object({ is: z.literal('card'), of: card }),
          z.object({ is: z.literal('cash'), of: z.string() }),
        ]),
      }),
    )

    const text = '{"number":"4111"}'

    expect([
      redact([{ card: { number: '4111' } }]),
      redact({ card: text, list: [text, { number: '4111' }], either: [text] }),
      redact({ card: ['4111'], list: text }),
      redact({ card: null, either: text, pair: ['x', { number: '4111' }], kind: { is: 'cash', of: 'x' } }),
    ]).toEqual([
      '[redacted]',
      { card: '[redacted]', list: ['[redacted]', { number: '[redacted]' }], either: '[redacted]' },
      { card: '[redacted]', list: '[redacted]' },
      { card: null, either: text, pair: ['x', { number: '[redacted]' }], kind: { is: 'cash', of: 'x' } },
    ])
  })

  it('gives an unchanged value back itself, and what it can not look through not at all', () => {
    const redact = redactWith({ type: 'object' })
    const plain = { a: [{ b: 1 }] }
    const nested = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)

    expect(redact(plain)).toBe(plain)
    expect(redact(nested)).toBe('[redacted]')
  })

  it('keeps a key called __proto__ a key', () => {
    const redact = redactWith({ type: 'object' })

    const value = redact(JSON.parse('{"__proto__":{"token":"t"},"token":"t"}'))

    expect(JSON.stringify(value)).toBe('{"__proto__":{"token":"[redacted]"},"token":"[redacted]"}')
  })
})
