import { describe, expect, it } from 'vitest'
import { foldName, isValidName } from './names.ts'
import { createSamples, sample, thrownBy } from './sample.fixture.ts'

describe('names', () => {
  it('accepts what every model provider accepts, up to 64 characters [REG-07]', () => {
    const registry = createSamples()

    const verdicts = registry.offer(['a', 'get_weather', 'A-b_9', 'x'.repeat(64)].map((name) => sample(name)))

    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted', 'admitted', 'admitted'])
  })

  it('refuses what breaks the grammar and says which character or length does [REG-07]', () => {
    const registry = createSamples()

    const verdicts = registry.offer(
      ['', '9lives', 'a b', 'naïve', '__proto__', 'x'.repeat(65), 'a\n[forged] line', '_x'].map((name) => sample(name)),
    )

    expect(verdicts.map(({ code, found }) => [code, found])).toEqual([
      ['NAME_MISSING', 'an empty name'],
      ['NAME_INVALID', 'a name that starts with "9"'],
      ['NAME_INVALID', 'U+0020 in a name'],
      ['NAME_INVALID', 'U+00EF in a name'],
      ['NAME_INVALID', 'a name that starts with "_"'],
      ['NAME_INVALID', 'a name of 65 characters'],
      ['NAME_INVALID', 'U+000A in a name'],
      ['NAME_INVALID', 'a name that starts with "_"'],
    ])
    expect(verdicts[6]?.name).toBe('a\\n[forged] line')
    expect(registry.list()).toEqual([])
  })

  it('refuses an entry whose name is no string, or whose name throws when it is read [REG-07]', () => {
    const hostile = {
      get name(): string {
        throw new Error('gotcha')
      },
    }
    const registry = createSamples({ admit: (entry) => ({ ok: true, entry: entry as { name: string } }) })

    const verdicts = registry.offer([{ name: 7 }, {}, hostile])

    expect(verdicts.map(({ code, found }) => [code, found])).toEqual([
      ['NAME_MISSING', 'a name of type number'],
      ['NAME_MISSING', 'a name of type undefined'],
      ['VALIDATOR_REFUSED', 'Error: gotcha'],
    ])
  })

  it('refuses reserved names and their look-alikes, built in and configured [REG-07]', () => {
    const registry = createSamples({ reservedNames: ['auto'] })

    const verdicts = registry.offer(
      ['then', 'Then', 'toJSON', 'to_json', 'undefined', 'auto', 'AUTO', 'automatic'].map((name) => sample(name)),
    )

    expect(verdicts.map(({ code }) => code)).toEqual([...Array.from({ length: 7 }, () => 'NAME_RESERVED'), undefined])
  })

  it('has no entry by the name of something every object inherits, and can hold one [REG-07]', () => {
    const registry = createSamples()

    expect(registry.get('constructor')).toBeUndefined()
    expect(registry.get('__proto__')).toBeUndefined()
    expect(registry.has('toString')).toBe(false)
    expect(registry.list({ category: 'constructor' })).toEqual([])

    const entry = sample('constructor')
    registry.add(entry)

    expect(registry.get('constructor')).toBe(entry)
    expect(registry.open({ name: 'below' }).get('constructor')).toBe(entry)
  })

  it('refuses a look-alike in everything one scope can see, and names both with their places [REG-07]', () => {
    const registry = createSamples()
    registry.add(sample('get_weather'))
    const below = registry.open({ name: 'ann', kind: 'user' })

    const error = thrownBy(() => below.add(sample('getWeather')))

    expect(error).toMatchObject({
      code: 'NAME_CONFUSABLE',
      verdict: {
        name: 'getWeather',
        path: 'app/user:ann',
        existingName: 'get_weather',
        existingPath: 'app',
        existing: { file: expect.stringContaining('names.test.ts') },
        offered: { file: expect.stringContaining('names.test.ts') },
      },
    })
    expect(String(error)).toContain('"getWeather"')
    expect(String(error)).toContain('"get_weather" is held by app')
  })

  it('names the twin of a name that only looks valid [REG-07]', () => {
    const registry = createSamples()
    registry.add(sample('get_weather'))

    const [verdict] = registry.offer([sample('ｇet＿weather')])

    expect(verdict).toMatchObject({ code: 'NAME_INVALID', found: 'U+FF47 in a name' })
    expect(verdict?.cause).toContain('it looks like "get_weather" of app')
  })

  it('folds Unicode forms, case, hyphen and underscore, and nothing else', () => {
    expect(foldName('Get-Weather')).toBe(foldName('ｇｅｔ＿ｗｅａｔｈｅｒ'))
    expect(foldName('getWeather2')).not.toBe(foldName('getWeather'))
    expect(isValidName('ｇｅｔ')).toBe(false)
  })
})
