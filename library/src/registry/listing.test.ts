import { describe, expect, it } from 'vitest'
import { createSamples, sample, thrownBy } from './sample.fixture.ts'

describe('lists', () => {
  it('are ordered by code units, whatever the order of adding [REG-12]', () => {
    const registry = createSamples()
    registry.offer(['b', 'a2', 'a10', 'B_', 'Z'].map((name) => sample(name)))
    const user = registry.open({ name: 'ann' })
    user.offer(['aa', 'Y', 'zz'].map((name) => sample(name)))

    expect(registry.list().map(({ name }) => name)).toEqual(['Z', 'a10', 'a2', 'b'])
    expect(user.list().map(({ name }) => name)).toEqual(['Y', 'Z', 'a10', 'a2', 'aa', 'b', 'zz'])
  })

  it("are the parent's very array for a scope that adds nothing, and the same array until something changes [REG-14]", () => {
    const registry = createSamples()
    registry.add(sample('one'))
    const user = registry.open({ name: 'ann' })
    const connection = user.open({ name: 'c1' })

    expect(connection.list()).toBe(registry.list())

    const mine = connection.add(sample('mine'))
    const list = connection.list()
    expect(connection.list()).toBe(list)
    expect(user.list()).toBe(registry.list())

    registry.add(sample('two'))
    expect(connection.list().map(({ name }) => name)).toEqual(['mine', 'one', 'two'])

    mine[Symbol.dispose]()
    expect(connection.list()).toBe(registry.list())
    expect(Object.isFrozen(list)).toBe(true)
  })

  it('can be filtered by category, tags, names and a condition, from any scope [REG-12] [REG-20]', () => {
    const registry = createSamples()
    const mail = sample('mail', { category: 'office', tags: ['write', 'net'] })
    const files = sample('files', { category: 'disk', tags: ['write'] })
    const plain = sample('plain')
    registry.offer([mail, files, plain])
    const user = registry.open({ name: 'ann' })
    const notes = sample('notes', { category: 'office' })
    user.add(notes)

    expect(user.list({ category: 'office' })).toEqual([mail, notes])
    expect(registry.list({ category: ['office', 'disk'] })).toEqual([files, mail])
    expect(user.list({ tags: ['write'] })).toEqual([files, mail])
    expect(user.list({ tags: ['net', 'write'], category: 'office' })).toEqual([mail])
    expect(user.list({ names: ['plain', 'notes', 'absent'] })).toEqual([notes, plain])
    expect(user.list({ category: 'office', where: ({ tags }) => !tags })).toEqual([notes])
    expect(user.list({ where: ({ name }) => name === 'files' })).toEqual([files])
    expect(user.list({})).toBe(user.list())
    expect(user.list({ category: 'office' })).toBe(user.list({ category: 'office' }))
  })

  it('never tell of tags or categories that are gone [REG-12] [REG-20]', () => {
    const registry = createSamples()
    const registration = registry.add(sample('mail', { category: 'office', tags: ['old'] }))
    expect(registry.list({ tags: ['old'] })).toHaveLength(1)

    const next = sample('mail', { category: 'post', tags: ['new'] })
    const successor = registry.replace(next)

    expect(registry.list({ tags: ['old'] })).toEqual([])
    expect(registry.list({ category: 'office' })).toEqual([])
    expect(registry.list({ tags: ['new'], category: 'post' })).toEqual([next])
    expect(registration.active).toBe(false)
    expect(registration.withdraw()).toBe(false)
    expect(registry.get('mail')).toBe(next)

    successor[Symbol.dispose]()
    expect(registry.list({ tags: ['new'] })).toEqual([])
  })

  it('keep their answers apart when there are more filters than are remembered', () => {
    const registry = createSamples()
    registry.offer(Array.from({ length: 100 }, (_, index) => sample(`s${index}x`, { tags: [`t${index}`] })))

    const found = Array.from({ length: 100 }, (_, index) => registry.list({ tags: [`t${index}`] })[0]?.name)

    expect(found).toEqual(Array.from({ length: 100 }, (_, index) => `s${index}x`))
  })
})

describe('changes', () => {
  it('withdraws through the registration, once [REG-12]', () => {
    const registry = createSamples()
    const registration = registry.add(sample('echo'))

    expect([registration.active, registration.withdraw(), registration.withdraw(), registration.active]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(registry.get('echo')).toBeUndefined()
    expect(registry.add(sample('echo')).verdict.verdict).toBe('admitted')
    expect(registration.withdraw()).toBe(false)
    expect(registry.has('echo')).toBe(true)
  })

  it('replaces its own entry only explicitly, and an entry of another fingerprint only when told to [REG-12]', () => {
    const registry = createSamples({ fingerprint: ({ print = '' }) => print })
    registry.add(sample('echo', { print: 'p1' }))
    const same = sample('echo', { print: 'p1' })
    const other = sample('echo', { print: 'p2' })

    expect(registry.replace(same).verdict).toMatchObject({ verdict: 'replaced', existingName: 'echo' })
    expect(thrownBy(() => registry.replace(other))).toMatchObject({
      code: 'FINGERPRINT_CHANGED',
      verdict: { found: 'p2 in the place of p1', existingPath: 'app' },
    })
    expect(registry.get('echo')).toBe(same)
    expect(registry.replace(other, { allowChange: true }).verdict.verdict).toBe('replaced')
    expect(registry.replace(other).verdict.verdict).toBe('unchanged')
    expect(registry.replace(sample('fresh')).verdict.verdict).toBe('admitted')
    expect(registry.list()).toHaveLength(2)
  })

  it('refuses a replacement whose fingerprint can not be told [REG-12]', () => {
    const registry = createSamples({
      fingerprint() {
        throw new Error('no digest')
      },
    })
    registry.add(sample('echo'))

    expect(thrownBy(() => registry.replace(sample('echo')))).toMatchObject({ code: 'FINGERPRINT_CHANGED' })
  })

  it('changes nothing in a frozen scope, and lets the scopes below go on [REG-12]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    const registration = registry.add(echo)
    registry.freeze()
    registry.freeze()

    expect(thrownBy(() => registry.add(sample('late')))).toMatchObject({ code: 'REGISTRY_FROZEN' })
    expect(thrownBy(() => registry.replace(sample('echo')))).toMatchObject({ code: 'REGISTRY_FROZEN' })
    expect(thrownBy(() => registry.addFactory('late', () => sample('late')))).toMatchObject({ code: 'REGISTRY_FROZEN' })
    expect(registration.withdraw()).toBe(false)
    expect(registry.metrics().refusals).toEqual({ REGISTRY_FROZEN: 4 })
    expect(registry.frozen).toBe(true)
    expect(registry.add(echo).verdict.verdict).toBe('unchanged')
    expect(registry.open({ name: 'below' }).add(sample('late')).verdict.verdict).toBe('admitted')
    expect(registry.list()).toEqual([echo])
  })

  it('asks each validator, and takes what throws or answers out of turn for a refusal [REG-12]', () => {
    const registry = createSamples({
      validators: [
        {
          name: 'no-net',
          check: ({ tags }, scope) =>
            tags?.includes('net')
              ? { found: 'the tag net', cause: `${scope.path} is offline`, fix: 'Remove it.' }
              : undefined,
        },
        {
          name: 'moody',
          check({ name }) {
            if (name === 'boom') throw new Error('boom')
            return name === 'later' ? (Promise.reject(new Error('x')) as never) : undefined
          },
        },
      ],
    })

    const verdicts = registry.offer([
      sample('mail', { tags: ['net'] }),
      sample('boom'),
      sample('later'),
      sample('fine'),
    ])

    expect(verdicts.map(({ code, kind, cause }) => [code, kind, cause])).toEqual([
      ['VALIDATOR_REFUSED', 'no-net', 'app is offline'],
      ['VALIDATOR_REFUSED', 'moody', 'Validator "moody" threw, so it refuses.'],
      ['VALIDATOR_REFUSED', 'moody', 'Validator "moody" gave no proper answer, so it refuses.'],
      [undefined, undefined, undefined],
    ])
  })

  it('holds as many entries as its scope may, and not one more [REG-12]', () => {
    const registry = createSamples({ maxEntriesPerScope: 2 })
    const first = registry.add(sample('one'))
    registry.add(sample('two'))
    const small = registry.open({ name: 'small', maxEntries: 0 })

    expect(thrownBy(() => registry.add(sample('three')))).toMatchObject({ code: 'SCOPE_FULL', retry: 'later' })
    expect(thrownBy(() => small.add(sample('three')))).toMatchObject({ code: 'SCOPE_FULL' })
    expect(registry.replace(sample('two')).verdict.verdict).toBe('replaced')
    expect(registry.offer([sample('three'), sample('four')], { atomic: true }).map(({ code }) => code)).toEqual([
      'SCOPE_FULL',
      'SCOPE_FULL',
    ])
    first.withdraw()
    expect(registry.offer([sample('three'), sample('four')], { atomic: true }).map(({ code }) => code)).toEqual([
      'OFFER_REFUSED',
      'SCOPE_FULL',
    ])
  })
})

describe('factories', () => {
  it('make their entry at the first look, once [REG-12]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    let made = 0
    registry.addFactory('echo', () => {
      made += 1
      return echo
    })
    const user = registry.open({ name: 'ann' })
    expect([registry.has('echo'), made]).toEqual([true, 0])

    expect([user.get('echo'), registry.get('echo'), user.list()[0], made]).toEqual([echo, echo, echo, 1])
    expect(user.list()).toBe(registry.list())
  })

  it('are made by a list too, so that list and get never disagree [REG-12]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.addFactory('echo', () => echo)

    expect(registry.open({ name: 'ann' }).list()).toEqual([echo])
  })

  it('never replace an entry silently, nor are replaced by one [REG-12]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.add(echo)
    registry.addFactory('lazy', () => sample('lazy'))

    expect(thrownBy(() => registry.addFactory('echo', () => sample('echo')))).toMatchObject({ code: 'NAME_TAKEN' })
    expect(thrownBy(() => registry.addFactory('E-cho', () => sample('E-cho')))).toMatchObject({
      code: 'NAME_CONFUSABLE',
    })
    expect(thrownBy(() => registry.add(sample('lazy')))).toMatchObject({ code: 'NAME_TAKEN' })
    expect(thrownBy(() => registry.addFactory('no good', () => 1))).toMatchObject({ code: 'NAME_INVALID' })
    expect(registry.get('echo')).toBe(echo)
  })

  it('are judged like any other: what they make wrong is refused, not shown, and tried again at the next get [REG-12]', () => {
    const registry = createSamples()
    const good = sample('flaky')
    const answers: unknown[] = ['no entry', sample('stranger')]
    let calls = 0
    registry.addFactory('flaky', () => {
      calls += 1
      if (calls === 1) throw new Error('not yet')
      return answers.shift() ?? good
    })

    expect(registry.list()).toEqual([])
    expect(registry.list()).toEqual([])
    expect([registry.get('flaky'), registry.get('flaky'), registry.get('flaky')]).toEqual([undefined, undefined, good])
    expect(calls).toBe(4)
    expect(registry.list()).toEqual([good])
    expect(registry.metrics().refusals).toEqual({ FACTORY_FAILED: 2, NOT_A_SAMPLE: 1 })
  })

  it('do not run in circles, and make nothing for a name withdrawn meanwhile [REG-12]', () => {
    const registry = createSamples()
    registry.addFactory('circle', () => registry.get('circle') ?? sample('circle'))
    const gone = registry.addFactory('gone', () => {
      gone.withdraw()
      return sample('gone')
    })

    expect(registry.get('circle')?.name).toBe('circle')
    expect(registry.get('gone')).toBeUndefined()
    expect(registry.list().map(({ name }) => name)).toEqual(['circle'])
  })
})
