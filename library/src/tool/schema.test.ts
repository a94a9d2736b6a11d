import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { compileSchema } from './schema.ts'
import type { Issue } from './tool.ts'

/** Whether a property `v` of these values fits the schema. */
async function verdicts(
  schema: JsonValue,
  values: readonly JsonValue[],
  rest: object = {},
): Promise<readonly boolean[]> {
  const compiled = compileSchema({ type: 'object', properties: { v: schema }, ...rest }, 'input')
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.defects))
  return Promise.all(values.map(async (value) => (await compiled.schema.parse({ v: value })).ok))
}

async function issuesFor(schema: object, value: JsonValue): Promise<readonly Issue[]> {
  const compiled = compileSchema({ type: 'object', ...schema }, 'input')
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.defects))
  const parsed = await compiled.schema.parse(value)
  return parsed.ok ? [] : parsed.issues
}

function defectsFor(schema: unknown): readonly string[] {
  const compiled = compileSchema(schema, 'input')
  return compiled.ok ? [] : compiled.defects.map(({ code, path, found }) => `${code} ${path}: ${found}`)
}

describe('JSON Schema, draft 2020-12', () => {
  it('follows references to definitions, anchors, escaped pointers and the root, and heeds their siblings', async () => {
    const rest = {
      $defs: {
        short: { type: 'string', maxLength: 3 },
        'a/b%c': { type: 'integer' },
        n: { $anchor: 'num', type: 'number' },
      },
    }

    expect(await verdicts({ $ref: '#/$defs/short', minLength: 2 }, ['ab', 'a', 'abcd'], rest)).toEqual([
      true,
      false,
      false,
    ])
    expect(await verdicts({ $ref: '#/$defs/a~1b%25c' }, [1, 1.5], rest)).toEqual([true, false])
    expect(await verdicts({ $ref: '#num' }, [1, 'x'], rest)).toEqual([true, false])
    expect(await verdicts({ $ref: '#' }, [{}, { v: {} }, { v: 1 }, 1])).toEqual([true, true, false, false])
  })

  it('follows dynamic and recursive references inside the document', async () => {
    const tree = {
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { c: { type: 'array', items: { $dynamicRef: '#node' } } },
    }

    expect(
      await verdicts({ $ref: '#/$defs/tree' }, [{ c: [{ c: [] }] }, { c: [{ c: 1 }] }], { $defs: { tree } }),
    ).toEqual([true, false])
    expect(await verdicts({ $recursiveRef: '#' }, [{ v: {} }, { v: 1 }])).toEqual([true, false])
  })

  it('tells the head of a list from its tail', async () => {
    const schema = { prefixItems: [{ type: 'string' }], items: { type: 'number' } }

    expect(await verdicts(schema, [['a', 1], ['a', 'b'], [1], []])).toEqual([true, false, false, true])
  })

  it('counts what a list contains', async () => {
    const schema = { contains: { const: 1 }, minContains: 2, maxContains: 3 }

    expect(await verdicts(schema, [[1, 1], [1], [1, 1, 1, 1]])).toEqual([true, false, false])
    expect(
      await verdicts({ uniqueItems: true }, [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        [1, true, '1'],
      ]),
    ).toEqual([false, true])
  })

  it('knows what depends on what', async () => {
    expect(await verdicts({ dependentRequired: { a: ['b'] } }, [{ a: 1, b: 2 }, { a: 1 }, {}])).toEqual([
      true,
      false,
      true,
    ])
    expect(await verdicts({ dependentSchemas: { a: { required: ['b'] } } }, [{ a: 1 }, {}])).toEqual([false, true])
  })

  it('knows what no branch has looked at', async () => {
    const schema = { allOf: [{ properties: { a: true } }], properties: { b: true }, unevaluatedProperties: false }

    expect(await verdicts(schema, [{ a: 1, b: 1 }, { c: 1 }])).toEqual([true, false])
    expect(
      await verdicts({ contains: { type: 'string' }, unevaluatedItems: { type: 'number' } }, [
        ['a', 1],
        ['a', true],
      ]),
    ).toEqual([true, false])
  })

  it('closes an object against names that objects inherit', async () => {
    const closed = { type: 'object', properties: { a: true }, additionalProperties: false }
    const odd = { type: 'object', properties: { toString: { type: 'string' } }, required: ['valueOf'] }

    expect(await verdicts(closed, [{ a: 1 }, { constructor: 1 }, JSON.parse('{"__proto__":1}')])).toEqual([
      true,
      false,
      false,
    ])
    expect(await verdicts(odd, [{}, { valueOf: 1 }, { valueOf: 1, toString: 2 }])).toEqual([false, true, false])
  })

  it('takes formats as annotations, `nullable` for nothing, and null only where a type says so', async () => {
    expect(await verdicts({ type: 'string', format: 'email' }, ['no address', 1])).toEqual([true, false])
    expect(await verdicts({ type: 'string', nullable: true }, ['x', null])).toEqual([true, false])
    expect(await verdicts({ type: ['string', 'null'] }, ['x', null, 1])).toEqual([true, true, false])
  })

  it('counts characters, fractions and patterns as people do', async () => {
    expect(await verdicts({ maxLength: 1 }, ['💩', 'ab'])).toEqual([true, false])
    expect(await verdicts({ multipleOf: 0.01 }, [0.07, 4.35, 0.075])).toEqual([true, true, false])
    expect(await verdicts({ pattern: '^\\p{L}+$' }, ['né', 'a1'])).toEqual([true, false])
    expect(await verdicts({ pattern: '^\\w+\\@x$' }, ['a@x', 'b'])).toEqual([true, false])
  })

  it('decides by conditions, alternatives and negation', async () => {
    expect(await verdicts({ oneOf: [{ type: 'integer' }, { minimum: 2 }] }, [1, 2.5, 3, 1.5])).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(await verdicts({ if: { const: 1 }, else: { const: 2 } }, [1, 2, 3])).toEqual([true, true, false])
    expect(await verdicts({ not: { enum: [{ a: [1] }] } }, [{ a: [1] }, { a: [] }])).toEqual([false, true])
  })
})

describe('JSON Schema, draft 7', () => {
  it('knows tuples, dependencies and definitions', async () => {
    const rest = { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { s: { type: 'string' } } }

    expect(
      await verdicts(
        { items: [{ type: 'string' }], additionalItems: { type: 'number' } },
        [
          ['a', 1],
          ['a', 'b'],
        ],
        rest,
      ),
    ).toEqual([true, false])
    expect(
      await verdicts({ dependencies: { a: ['b'], c: { required: ['d'] } } }, [{ a: 1 }, { c: 1 }, {}], rest),
    ).toEqual([false, false, true])
    expect(await verdicts({ $ref: '#/definitions/s' }, ['x', 1], rest)).toEqual([true, false])
  })
})

describe('what a model is told about a bad input', () => {
  it('has a JSON Pointer and words for each fault', async () => {
    const schema = {
      properties: {
        unit: { enum: ['c', 'f'] },
        'a/b': { type: 'string' },
        list: { type: 'array', items: { type: 'object', required: ['x'] } },
      },
      required: ['city'],
      additionalProperties: false,
    }

    expect(await issuesFor(schema, { unit: 'k', 'a/b': 1, list: [{}], ctiy: 'Oslo' })).toEqual([
      { path: '/city', message: 'is required' },
      { path: '/ctiy', message: 'is not a known property' },
      { path: '/unit', message: 'must be one of "c", "f"' },
      { path: '/a~1b', message: 'must be string' },
      { path: '/list/0/x', message: 'is required' },
    ])
  })

  it('has a place also where a schema allows nothing at all', async () => {
    const schema = { properties: { pair: { prefixItems: [{ type: 'number' }], items: false } } }

    expect(await issuesFor(schema, { pair: [1, 2] })).toEqual([
      { path: '/pair/1', message: 'it does not fit the schema' },
    ])
  })

  it('is bounded', async () => {
    const value = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 1]))

    const issues = await issuesFor({ additionalProperties: false }, value)

    expect(issues.length).toBeLessThanOrEqual(20)
  })
})

describe('what a model is shown', () => {
  it('is the schema without what only tools of schemas read, the same every time', () => {
    const given = {
      $schema: 'x',
      $id: 'https://example.test/a',
      type: 'object',
      '~kind': 'Object',
      properties: { b: {}, a: {} },
    }

    const compiled = compileSchema(given, 'input')

    expect(compiled.ok && JSON.stringify(compiled.schema.jsonSchema)).toBe(
      '{"type":"object","properties":{"b":{},"a":{}}}',
    )
  })
})

describe('a hostile schema', () => {
  it('can refer to nothing outside itself', () => {
    expect(defectsFor({ type: 'object', properties: { a: { $ref: 'https://example.test/x.json' } } })).toEqual([
      'SCHEMA_INVALID /input/properties/a/$ref: "https://example.test/x.json" lies outside this schema, and nothing is ever fetched',
    ])
    expect(defectsFor({ type: 'object', properties: { a: { $ref: 'file:///etc/passwd' } } })).toHaveLength(1)
    expect(
      defectsFor({ type: 'object', properties: { a: { $id: 'https://example.test/y', type: 'string' } } }),
    ).toHaveLength(1)
    expect(defectsFor({ type: 'object', properties: { a: { $ref: '#/$defs/gone' } } })).toEqual([
      'SCHEMA_INVALID /input/properties/a/$ref: "#/$defs/gone" leads nowhere in this schema',
    ])
    expect(defectsFor({ type: 'object', properties: { a: { $ref: '#/__proto__' } } })).toHaveLength(1)
  })

  it('is refused when a reference leads by a name that the validator does not follow, instead of refusing every value', () => {
    const referring = (name: string): unknown =>
      JSON.parse(`{"type":"object","properties":{"a":{"$ref":"#/$defs/${name}"}},"$defs":{"${name}":{}}}`)

    expect(
      ['__proto__', 'constructor', 'prototype', 'valueOf'].map((name) => defectsFor(referring(name)).length),
    ).toEqual([1, 1, 1, 0])
  })

  it('can not go round in circles at one value', () => {
    const loop = { $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { anyOf: [true, { $ref: '#/$defs/a' }] } } }

    expect(defectsFor({ type: 'object', $ref: '#' })).toHaveLength(1)
    expect(defectsFor({ type: 'object', ...loop, $ref: '#/$defs/a' })).toEqual([
      expect.stringContaining('it refers to itself without looking deeper into the value'),
    ])
    expect(defectsFor({ type: 'object', properties: { a: { $ref: '#' } } })).toEqual([])
  })

  it('is refused when it is too deep, too large, circular, or no data', () => {
    const deep: Record<string, unknown> = { type: 'object' }
    let at = deep
    for (let level = 0; level < 300; level += 1) {
      const below = {}
      at.not = below
      at = below
    }
    const circular: Record<string, unknown> = { type: 'object' }
    circular.properties = { again: circular }
    const throwing = {
      type: 'object',
      get properties(): object {
        throw new Error('secret')
      },
    }

    expect(defectsFor(deep)).toEqual([expect.stringContaining('nested deeper than 100 levels')])
    expect(defectsFor(circular)).toEqual([expect.stringContaining('contains itself')])
    expect(defectsFor({ type: 'object', description: 'x'.repeat(500_000) })).toEqual([
      expect.stringContaining('more than 400000 characters'),
    ])
    expect(defectsFor({ type: 'object', enum: Array.from({ length: 30_000 }, () => 0) })).toEqual([
      expect.stringContaining('more than 20000 values'),
    ])
    const wide = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, 0]))
    expect(defectsFor({ type: 'object', default: wide })).toEqual([expect.stringContaining('more than 20000 values')])
    expect(defectsFor({ type: 'object', default: () => 1 })).toEqual([
      expect.stringContaining('/input/default: a function is no JSON'),
    ])
    expect(defectsFor(throwing)).toEqual(['SCHEMA_INVALID /input: reading it threw an error'])
  })

  it('is refused when a keyword holds what it must not', () => {
    expect(defectsFor({ type: 'object', properties: { a: { type: 'strnig' } } })).toEqual([
      expect.stringMatching(/^SCHEMA_INVALID \/input\/properties\/a\/type: expected one of array,/),
    ])
    expect(defectsFor({ type: 'object', required: 'a' })).toEqual([
      'SCHEMA_INVALID /input/required: expected a list of strings',
    ])
    expect(defectsFor({ type: 'object', properties: { a: 1 } })).toEqual([
      'SCHEMA_INVALID /input/properties/a: expected a schema, true or false',
    ])
    expect(defectsFor({ type: 'object', properties: { a: { pattern: '(' } } })).toEqual([
      'SCHEMA_INVALID /input/properties/a: "(" is no pattern',
    ])
  })

  it('that is not an object of arguments is refused SCHEMA_NOT_OBJECT', () => {
    expect(defectsFor({ type: 'string' })).toHaveLength(1)
    expect(defectsFor({ anyOf: [{ type: 'object' }] })).toEqual([
      'SCHEMA_NOT_OBJECT /input: a schema of no type, where models need an object of named arguments',
    ])
    expect(defectsFor({ type: ['object', 'null'] })).toHaveLength(1)
  })

  it('holds the thread no longer than its time: patterns, doubling and doubling by depth', async () => {
    const pattern = { properties: { a: { pattern: '^(a+)+$' } } }
    const doubling: Record<string, JsonValue> = { d0: { type: 'number' } }
    for (let level = 1; level < 40; level += 1) {
      const below = { $ref: `#/$defs/d${level - 1}` }
      doubling[`d${level}`] = { anyOf: [below, below] }
    }
    const branching = {
      $defs: {
        t: {
          anyOf: [
            { items: { $ref: '#/$defs/t' }, minItems: 1, type: 'array' },
            { items: { $ref: '#/$defs/t' }, minItems: 1, type: 'array' },
          ],
        },
      },
      properties: { a: { $ref: '#/$defs/t' } },
    }
    const nested = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`)
    const started = performance.now()

    const answers = await Promise.all([
      issuesFor(pattern, { a: `${'a'.repeat(50)}!` }),
      issuesFor({ $defs: doubling, properties: { a: { $ref: '#/$defs/d39' } } }, { a: 'x' }),
      issuesFor(branching, { a: nested }),
    ])

    const tooLong = [{ path: '', message: 'it could not be checked within 250 ms' }]
    expect(answers).toEqual([tooLong, tooLong, tooLong])
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('holds the thread no longer than its time, however harmless the schema, when the value is large', async () => {
    const pattern = {
      properties: { a: { items: { type: 'object', properties: { x: { maxLength: 3, pattern: 'z' } } } } },
    }
    const rows = Array.from({ length: 500_000 }, () => ({ x: 'z' }))

    expect(await issuesFor(pattern, { a: rows.slice(0, 1_000) })).toEqual([])
    expect(await issuesFor(pattern, { a: rows })).toEqual([
      { path: '', message: 'it could not be checked within 250 ms' },
    ])
  })

  it('holds the thread no longer than its time, when a schema of some hundred looks meets a value of some hundred parts', async () => {
    const doubling: Record<string, JsonValue> = { d0: { type: 'string' } }
    for (let level = 1; level < 9; level += 1) {
      const below = { $ref: `#/$defs/d${level - 1}` }
      doubling[`d${level}`] = { anyOf: [below, below] }
    }
    const items = { anyOf: [{ $ref: '#/$defs/d8' }, { type: 'number' }] }
    const schema = { $defs: doubling, properties: { a: { items } } }

    const [few, many] = await Promise.all([
      issuesFor(schema, { a: [1] }),
      issuesFor(schema, { a: Array.from({ length: 4_900 }, () => 1) }),
    ])

    expect(few).toEqual([])
    expect(many).toEqual([{ path: '', message: 'it could not be checked within 250 ms' }])
  })

  it('forges no line of a report', () => {
    const defects = [
      ...defectsFor({ type: 'object', properties: { a: { pattern: '(\nadmitted' } } }),
      ...defectsFor({ type: 'object', properties: { a: { $ref: '#\nadmitted' } } }),
    ]

    expect(defects).toHaveLength(2)
    expect(defects.join('')).not.toContain('\n')
  })

  it('does not break on values nested beyond the stack', async () => {
    const nested = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)

    expect(await issuesFor({ properties: { a: { $ref: '#' } } }, nested)).toEqual([
      { path: '', message: 'it is nested too deeply' },
    ])
  })

  it('makes no code of its names', async () => {
    const name = '"]; globalThis.injected = true; //'

    await issuesFor(
      { properties: { [name]: { const: name, pattern: `^${name.replaceAll(/[[\]().*]/g, '.')}` } }, required: [name] },
      {},
    )

    expect(Reflect.has(globalThis, 'injected')).toBe(false)
  })
})
