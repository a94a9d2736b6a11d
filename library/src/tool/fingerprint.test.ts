import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { defineTool } from './define-tool.ts'
import { canonicalJson, fingerprintOf, hashJson } from './fingerprint.ts'

describe('canonicalJson', () => {
  it('orders keys by UTF-16 code units and prints numbers as ECMAScript does (RFC 8785, section 3.2)', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 }

    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}')
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    )
    expect(canonicalJson('\u000f\n\u20ac"\\')).toBe('"\\u000f\\n\u20ac\\"\\\\"')
  })

  it('reads back as the same value, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as JsonValue)

        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('refuses what JSON does not have', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError)
  })
})

describe('a fingerprint', () => {
  it('is the SHA-256 of the canonical JSON, a fixed value for a fixed tool', () => {
    expect(hashJson({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
    expect(hashJson({ b: [1, 'x'], a: null })).toBe(hashJson({ a: null, b: [1, 'x'] }))
  })

  it('changes with name, description, each schema and effect, and with nothing else', () => {
    const parts = { name: 'a', description: 'b', input: { type: 'object' }, effect: 'read' } as const

    const changed = [
      parts,
      { ...parts, name: 'c' },
      { ...parts, description: 'c' },
      { ...parts, input: { type: 'object', properties: {} } },
      { ...parts, output: { type: 'string' } },
      { ...parts, effect: 'write' as const },
    ].map(fingerprintOf)
    const definition = { ...parts, description: 'b', execute: () => 0 }
    const alike = [defineTool(definition), defineTool({ ...definition, timeoutMs: 5, tags: ['x'], execute: () => 1 })]

    expect(new Set(changed).size).toBe(6)
    expect(new Set(alike.map((tool) => tool.fingerprint))).toEqual(new Set([changed[0]]))
  })
})
