import { describe, expect, it } from 'vitest'
import { RegistryError } from './errors.ts'
import { createSamples, sample, thrownBy } from './sample.fixture.ts'

describe('one name, one entry', () => {
  it('keeps the first of two equal names and names both places [REG-01]', () => {
    const registry = createSamples()
    const first = sample('echo')
    registry.add(first)

    const error = thrownBy(() => registry.add(sample('echo')))

    expect(error).toBeInstanceOf(RegistryError)
    expect(error).toMatchObject({ code: 'NAME_TAKEN', retry: 'never' })
    const verdict = (error as RegistryError).verdict
    expect(verdict.existing?.file).toContain('offering.test.ts')
    expect(verdict.offered?.file).toContain('offering.test.ts')
    expect(verdict.offered?.line).toBe((verdict.existing?.line ?? 0) + 2)
    expect(String(error)).toContain(`offering.test.ts:${verdict.existing?.line}`)
    expect(String(error)).toContain(`offering.test.ts:${verdict.offered?.line}`)
    expect(registry.get('echo')).toBe(first)
    expect(registry.list()).toEqual([first])
  })

  it('tells the place an entry says it was defined at, rather than where it was offered [REG-01]', () => {
    const definedAt = { file: 'tools/echo.ts', line: 3, column: 1 }
    const registry = createSamples({ admit: (entry) => ({ ok: true, entry: entry as { name: string } }) })
    registry.add({ name: 'echo', definedAt })

    const [verdict] = registry.offer([{ name: 'echo', definedAt: { ...definedAt, line: 9 } }])

    expect(verdict).toMatchObject({ code: 'NAME_TAKEN', existing: definedAt, offered: { ...definedAt, line: 9 } })
  })

  it('answers the very same entry with `unchanged`, here and below: one record, no second entry, the same list [REG-02]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.add(echo)
    const connection = registry.open({ name: 'c1' })
    const list = registry.list()
    const records: string[] = []
    registry.subscribe((record) => records.push(record.type === 'verdict' ? record.verdict.verdict : record.type))

    const again = connection.add(echo)
    const [offered] = registry.offer([echo])
    again[Symbol.dispose]()

    expect(again.verdict).toMatchObject({ verdict: 'unchanged', existingPath: 'app' })
    expect(again.active).toBe(false)
    expect(offered?.verdict).toBe('unchanged')
    expect(records).toEqual(['unchanged', 'unchanged'])
    expect(registry.list()).toBe(list)
    expect(registry.get('echo')).toBe(echo)
    expect(registry.metrics().entries).toBe(1)
  })

  it('asks `sameEntry` whether another object is the very same entry, and takes a throwing one for no [REG-02]', () => {
    const lenient = createSamples({ sameEntry: (a, b) => a.print === b.print })
    lenient.add(sample('echo', { print: 'p1' }))
    const broken = createSamples({
      sameEntry() {
        throw new Error('broken')
      },
    })
    broken.add(sample('echo'))

    expect(lenient.offer([sample('echo', { print: 'p1' })])[0]?.verdict).toBe('unchanged')
    expect(lenient.offer([sample('echo', { print: 'p2' })])[0]?.code).toBe('NAME_TAKEN')
    expect(broken.offer([sample('echo')])[0]?.code).toBe('NAME_TAKEN')
  })

  it('lets two cousins hold the same name, each seeing its own [REG-03]', () => {
    const registry = createSamples()
    const ann = registry.open({ name: 'ann', kind: 'user' })
    const bob = registry.open({ name: 'bob', kind: 'user' })
    const hers = sample('notes')
    const his = sample('notes')

    ann.add(hers)
    bob.add(his)

    expect([ann.get('notes'), bob.get('notes'), registry.get('notes')]).toEqual([hers, his, undefined])
    expect(ann.get('notes')).toBe(hers)
  })
})

describe('above and below', () => {
  it('refuses a lower scope that would shadow what lies above, whatever its trust [REG-08]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.add(echo, { trust: 'client' })
    const connection = registry.open({ name: 'u1', kind: 'user' }).open({ name: 'c1', kind: 'connection' })

    const error = thrownBy(() => connection.add(sample('echo'), { trust: 'code' }))
    const replacing = thrownBy(() => connection.replace(sample('echo'), { allowChange: true }))

    expect(error).toMatchObject({ code: 'NAME_SHADOWS', verdict: { existingPath: 'app' } })
    expect(replacing).toMatchObject({ code: 'NAME_SHADOWS' })
    expect(connection.get('echo')).toBe(echo)
  })

  it('refuses an upper add of a name that a scope below holds with the same trust, and names that scope [REG-08]', () => {
    const registry = createSamples()
    const tenant = registry.open({ name: 'acme', kind: 'tenant' })
    const user = tenant.open({ name: 'ann', kind: 'user' })
    const cousin = registry.open({ name: 'umbrella', kind: 'tenant' })
    const hers = sample('notes')
    user.add(hers)

    const atRoot = thrownBy(() => registry.add(sample('notes')))
    const atTenant = thrownBy(() => tenant.add(sample('No-Tes')))
    cousin.add(sample('notes'))

    expect(atRoot).toMatchObject({ code: 'NAME_TAKEN', verdict: { existingPath: 'app/tenant:acme/user:ann' } })
    expect(atTenant).toMatchObject({ code: 'NAME_CONFUSABLE', verdict: { existingPath: 'app/tenant:acme/user:ann' } })
    expect(user.get('notes')).toBe(hers)
  })

  it('frees a name for the scopes above when the scope that held it closes [REG-08]', async () => {
    const registry = createSamples()
    const user = registry.open({ name: 'ann', kind: 'user' })
    user.add(sample('notes'))
    await user.close()

    const registration = registry.add(sample('notes'))

    expect(registration.verdict.verdict).toBe('admitted')
  })

  it('lets more trust displace less, in its scope and below, and says so; the other way round it refuses [REG-08]', () => {
    const registry = createSamples()
    const connection = registry.open({ name: 'c1', kind: 'connection' })
    const other = registry.open({ name: 'c2', kind: 'connection' })
    const squatters = [sample('search'), sample('Sea_rch')]
    connection.offer([squatters[0]], { trust: 'client', origin: 'browser' })
    other.offer([squatters[1]], { trust: 'client', origin: 'browser' })
    const records: unknown[] = []
    registry.subscribe((record) => records.push([record.type, record.path]))
    const search = sample('search')

    const [mine] = registry.offer([search], { trust: 'source', origin: 'mcp:web' })
    const [late] = connection.offer([sample('search')], { trust: 'client' })
    const [lateAtRoot] = registry.offer([sample('search')], { trust: 'client' })

    expect(mine).toMatchObject({ verdict: 'admitted', origin: 'mcp:web', trust: 'source' })
    expect(records.slice(0, 3)).toEqual([
      ['withdrawn', 'app/connection:c1'],
      ['withdrawn', 'app/connection:c2'],
      ['verdict', 'app'],
    ])
    expect(late?.code).toBe('NAME_SHADOWS')
    expect(lateAtRoot?.code).toBe('NAME_TAKEN')
    expect(lateAtRoot?.cause).toContain('It came from mcp:web')
    expect(connection.list()).toEqual([search])
    expect(other.get('Sea_rch')).toBeUndefined()
  })

  it('refuses to replace with less trust, and to displace from a frozen scope [REG-08]', () => {
    const registry = createSamples()
    registry.add(sample('echo'))
    const connection = registry.open({ name: 'c1' })
    connection.offer([sample('notes')], { trust: 'client' })
    connection.freeze()

    expect(thrownBy(() => registry.replace(sample('echo'), { trust: 'source', allowChange: true }))).toMatchObject({
      code: 'NAME_TAKEN',
    })
    expect(thrownBy(() => registry.add(sample('notes')))).toMatchObject({ code: 'NAME_TAKEN' })
  })

  it('takes a word that is no trust for nothing: it wins no name and holds none [REG-08]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.add(echo)
    const trust = 'browser' as 'client'

    const verdicts = registry.offer([sample('echo'), sample('notes')], { trust })

    expect(verdicts.map(({ code, found }) => [code, found])).toEqual([['OFFER_UNREADABLE', 'the trust "browser"']])
    expect(() => registry.add(sample('echo'), { trust })).toThrow('Expected `trust` to be one of code, source, client')
    expect(() => registry.replace(sample('echo'), { trust: 'toString' as 'client' })).toThrow(RangeError)
    expect(registry.list()).toEqual([echo])
  })

  it('gives an entry the trust of whoever vouches for it most, once the very same is offered again [REG-08]', () => {
    const registry = createSamples()
    const echo = sample('echo')
    registry.add(echo, { trust: 'client' })

    registry.offer([echo, sample('then')], { atomic: true })
    const [whileClient] = registry.open({ name: 'c1' }).offer([echo])
    registry.add(echo)
    const [verdict] = registry.offer([sample('echo')], { trust: 'source' })

    expect(whileClient?.verdict).toBe('unchanged')
    expect(verdict).toMatchObject({ verdict: 'refused', code: 'NAME_TAKEN' })
    expect(registry.get('echo')).toBe(echo)
  })
})

describe('offers', () => {
  it('admits the good ones beside the bad, in order, with code, path and fix for each bad one [REG-09]', () => {
    const registry = createSamples()
    const good = [sample('one'), sample('two')]

    const verdicts = registry.offer([good[0], 42, sample('no good'), good[1], sample('one'), null])

    expect(verdicts.map(({ verdict, code }) => code ?? verdict)).toEqual([
      'admitted',
      'NOT_A_SAMPLE',
      'NAME_INVALID',
      'admitted',
      'NAME_TAKEN',
      'NOT_A_SAMPLE',
    ])
    const refused = verdicts.filter(({ verdict }) => verdict === 'refused')
    expect(refused.map(({ path }) => path)).toEqual(['app', 'app', 'app', 'app'])
    expect(refused.map(({ fix, cause, found }) => Boolean(fix && cause && found))).toEqual([true, true, true, true])
    expect(verdicts[1]).toMatchObject({ kind: 'number', where: 'root', path: 'app' })
    expect(registry.list()).toEqual(good)
  })

  it('refuses all of an atomic offer for one bad candidate, and admits all when there is none [REG-09]', () => {
    const registry = createSamples()
    registry.add(sample('held'))
    const list = registry.list()
    const twin = sample('two')

    const verdicts = registry.offer([sample('one'), twin, sample('Tw-o'), twin], { atomic: true })

    expect(verdicts.map(({ code }) => code)).toEqual([
      'OFFER_REFUSED',
      'OFFER_REFUSED',
      'NAME_CONFUSABLE',
      'OFFER_REFUSED',
    ])
    expect(registry.list()).toBe(list)

    const good = registry.offer([sample('one'), twin, twin], { atomic: true })

    expect(good.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted', 'unchanged'])
    expect(registry.list()).toHaveLength(3)
  })

  it('displaces nobody when an atomic offer is refused [REG-09]', () => {
    const registry = createSamples()
    const held = sample('search')
    registry.add(held, { trust: 'client' })

    registry.offer([sample('search'), 'bad'], { atomic: true })

    expect(registry.get('search')).toBe(held)
  })

  it('carries an atomic offer out as one step, whatever a listener does meanwhile [REG-09]', () => {
    const registry = createSamples()
    const seen: number[] = []
    registry.subscribe((record) => {
      if (record.type !== 'verdict' || seen.length > 0) return
      seen.push(registry.list().length)
      registry.offer([sample('two')])
    })

    const verdicts = registry.offer([sample('one'), sample('two')], { atomic: true })

    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted'])
    expect(seen[0]).toBe(2)
  })

  it('never throws: not for what is no iterable, throws while it is read, or does not end [REG-09]', () => {
    const registry = createSamples({ maxOffered: 3 })
    const broken = (function* () {
      yield sample('before')
      throw new Error('wire cut')
    })()
    const endless = (function* () {
      for (let index = 0; ; index += 1) yield sample(`endless${index}`)
    })()

    const fromBroken = registry.offer(broken)
    const fromNothing = registry.offer(undefined as unknown as Iterable<unknown>)
    const fromEndless = registry.offer(endless, { atomic: true })

    expect(fromBroken.map(({ code }) => code)).toEqual([undefined, 'OFFER_UNREADABLE'])
    expect(fromNothing.map(({ code }) => code)).toEqual(['OFFER_UNREADABLE'])
    expect(fromEndless.map(({ code }) => code)).toEqual([
      'OFFER_REFUSED',
      'OFFER_REFUSED',
      'OFFER_REFUSED',
      'OFFER_UNREADABLE',
    ])
    expect(registry.list().map(({ name }) => name)).toEqual(['before'])
  })

  it('refuses when `admit` throws or answers nonsense, and keeps judging [REG-09]', () => {
    const registry = createSamples({
      admit(candidate) {
        if (candidate === 'throw') throw new Error('judge is ill')
        if (candidate === 'nonsense') return undefined as never
        if (candidate === 'empty') return { ok: true } as never
        return { ok: true, entry: candidate as { name: string } }
      },
    })

    const verdicts = registry.offer(['throw', 'nonsense', 'empty', { name: 'fine' }])

    expect(verdicts.map(({ code, kind }) => [code, kind])).toEqual([
      ['VALIDATOR_REFUSED', 'admit'],
      ['VALIDATOR_REFUSED', 'admit'],
      ['VALIDATOR_REFUSED', 'admit'],
      [undefined, undefined],
    ])
  })

  it('judges again when `admit` itself changed the tree: the later one finds the name taken', () => {
    let inner = 0
    const registry = createSamples({
      admit(candidate) {
        inner += 1
        if (inner === 1) registry.add({ name: 'echo' })
        return { ok: true, entry: candidate as { name: string } }
      },
    })

    expect(thrownBy(() => registry.add({ name: 'echo' }))).toMatchObject({ code: 'NAME_TAKEN' })
    expect(registry.list()).toHaveLength(1)
  })

  it('refuses when the scope is closed by its own `admit`', () => {
    const registry = createSamples({
      admit(candidate) {
        void registry.close()
        return { ok: true, entry: candidate as { name: string } }
      },
    })

    expect(registry.offer([{ name: 'echo' }])[0]?.code).toBe('SCOPE_CLOSED')
    expect(registry.metrics().entries).toBe(0)
  })

  it('refuses when the scope is closed by its own `sameEntry`, and holds nothing afterwards [REG-14]', () => {
    const registry = createSamples({
      sameEntry() {
        void scope.close()
        return false
      },
    })
    const scope = registry.open({ name: 'c1' })
    scope.add(sample('echo'), { trust: 'client' })

    const [verdict] = scope.offer([sample('echo')])

    expect(verdict?.code).toBe('SCOPE_CLOSED')
    expect(registry.metrics()).toMatchObject({ entries: 0, scopes: { open: 1 } })
  })

  it('plans an atomic offer only after the last `sameEntry`, which may have changed the tree [REG-09]', () => {
    const rival = sample('notes')
    const registry = createSamples({
      sameEntry() {
        registry.offer([rival])
        return true
      },
    })
    registry.add(sample('echo'))

    const verdicts = registry.offer([sample('notes'), sample('echo')], { atomic: true })

    expect(verdicts.map(({ code }) => code)).toEqual(['NAME_TAKEN', undefined])
    expect(registry.get('notes')).toBe(rival)
    expect(registry.metrics().entries).toBe(2)
  })

  it('takes equals within one atomic offer for one another, as `sameEntry` says [REG-02]', () => {
    const registry = createSamples({ sameEntry: (a, b) => a.print === b.print })
    const twins = [sample('echo', { print: 'p1' }), sample('echo', { print: 'p1' })]

    expect(registry.offer(twins, { atomic: true }).map(({ verdict }) => verdict)).toEqual(['admitted', 'unchanged'])
    expect(registry.list()).toEqual([twins[0]])
  })

  it('counts what an atomic offer displaces once: in the room it leaves, and in what is told [REG-08]', () => {
    const registry = createSamples({ mode: 'report', maxEntriesPerScope: 2 })
    registry.offer([sample('a'), sample('b')], { trust: 'client' })
    const withdrawn: string[] = []
    registry.subscribe((record) => record.type === 'withdrawn' && withdrawn.push(record.name))

    const verdicts = registry.offer([sample('A'), sample('b')], { atomic: true })
    const connection = registry.open({ name: 'c1' })
    connection.offer([sample('cd')], { trust: 'client' })
    connection.offer([sample('c_d'), sample('CD')], { atomic: true })

    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted'])
    expect(withdrawn).toEqual(['a', 'b', 'cd'])
  })

  it('reads of an answer only what it should hold: nobody can pass a refusal off as something else [REG-09]', () => {
    const registry = createSamples({
      admit: (candidate) =>
        candidate === 'symbol'
          ? { ok: false, code: 'X', name: Symbol('x') as never, found: 'f', cause: 'c', fix: 'x', path: 'a\nb' }
          : candidate === 'wordless'
            ? ({ ok: false, code: 'X' } as never)
            : { ok: true, entry: candidate as { name: string } },
      validators: [
        { name: 'liar', check: () => ({ found: 'f', cause: 'c', fix: 'x', verdict: 'admitted', path: 'elsewhere' }) },
      ],
    })
    const unplaced = new Proxy(
      { name: 'echo' },
      {
        has() {
          throw new Error('gotcha')
        },
      },
    )

    const verdicts = registry.offer(['symbol', 'wordless', unplaced, { name: 'notes' }])

    expect(verdicts.map(({ verdict, code, path, where }) => [verdict, code, path, where])).toEqual([
      ['refused', 'X', 'app', 'a\\u000ab'],
      ['refused', 'VALIDATOR_REFUSED', 'app', undefined],
      ['refused', 'VALIDATOR_REFUSED', 'app', undefined],
      ['refused', 'VALIDATOR_REFUSED', 'app', undefined],
    ])
    expect(registry.metrics().verdicts).toMatchObject({ admitted: 0, refused: 4 })
  })
})

describe('report mode', () => {
  it('passes advisory rules with the verdict they would have had [REG-11]', () => {
    const registry = createSamples({ mode: 'report', requireDescription: true })
    registry.add(sample('get_weather'))

    const [verdict] = registry.offer([sample('getWeather', { description: ' ' })])

    expect(verdict).toMatchObject({ verdict: 'admitted', advisory: 'DESCRIPTION_MISSING' })
    expect(verdict?.advisories?.map(({ code }) => code)).toEqual(['DESCRIPTION_MISSING', 'NAME_CONFUSABLE'])
    expect(verdict?.code).toBeUndefined()
    expect(registry.list().map(({ name }) => name)).toEqual(['getWeather', 'get_weather'])
    expect(registry.metrics().advisories).toEqual({ DESCRIPTION_MISSING: 1, NAME_CONFUSABLE: 1 })
  })

  it('admits in no mode what `admit` refuses, an equal name, a reserved or an invalid one [REG-11]', () => {
    const registry = createSamples({ mode: 'report' })
    registry.add(sample('echo'))

    const verdicts = registry.offer([{ name: 'look_alike' }, sample('echo'), sample('then'), sample('a b')])

    expect(verdicts.map(({ code }) => code)).toEqual(['NOT_A_SAMPLE', 'NAME_TAKEN', 'NAME_RESERVED', 'NAME_INVALID'])
  })

  it('refuses the same rules in enforce mode, which is the default [REG-11]', () => {
    const registry = createSamples({ requireDescription: true })

    const verdicts = registry.offer([sample('one', { description: '' }), sample('two'), sample('T-W-O')])

    expect(verdicts.map(({ code }) => code)).toEqual(['DESCRIPTION_MISSING', undefined, 'NAME_CONFUSABLE'])
  })
})
