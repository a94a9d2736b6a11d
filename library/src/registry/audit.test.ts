import { describe, expect, it } from 'vitest'
import type { AuditRecord } from './audit.ts'
import { createSamples, sample, settled } from './sample.fixture.ts'

function told(record: AuditRecord): string {
  switch (record.type) {
    case 'verdict':
      return `${record.path} ${record.verdict.code ?? record.verdict.verdict} ${record.verdict.name}`
    case 'withdrawn':
      return `${record.path} withdrawn ${record.name} ${record.why}`
    case 'audit_dropped':
      return `dropped ${record.count}`
    default:
      return `${record.path} ${record.type}`
  }
}

describe('the audit stream', () => {
  it('tells every verdict, open, close, withdrawal, freeze and failure of the tree, in order [REG-18]', async () => {
    const registry = createSamples()
    const records: AuditRecord[] = []
    registry.subscribe((record) => records.push(record))
    const echo = registry.add(sample('echo'))
    const user = registry.open({ name: 'ann', kind: 'user' })
    user.add(sample('notes'))
    user.offer([1, sample('echo')])
    echo.withdraw()
    user.replace(sample('notes'))
    user.addFactory('lazy', () => sample('lazy'))
    user.get('lazy')
    user.onClose(() => Promise.reject(new Error('stuck')))
    registry.freeze()
    await registry.close()

    expect(records.map(told)).toEqual([
      'app admitted echo',
      'app/user:ann opened',
      'app/user:ann admitted notes',
      'app/user:ann NOT_A_SAMPLE undefined',
      'app/user:ann NAME_SHADOWS echo',
      'app withdrawn echo withdrawn',
      'app/user:ann replaced notes',
      'app/user:ann admitted lazy',
      'app/user:ann made',
      'app frozen',
      'app/user:ann withdrawn notes closed',
      'app/user:ann withdrawn lazy closed',
      'app/user:ann cleanup_failed',
      'app/user:ann closed',
      'app closed',
    ])
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1))
    expect(registry.metrics().audit).toEqual({ listeners: 0, dropped: 0, listenerFailures: 0 })
  })

  it('tells a scope of itself and what is below, not of its cousins [REG-18]', () => {
    const registry = createSamples()
    const ann = registry.open({ name: 'ann' })
    const bob = registry.open({ name: 'bob' })
    const heard: string[] = []
    const subscription = ann.subscribe((record) => heard.push(told(record)))

    bob.add(sample('his'))
    registry.add(sample('ours'))
    ann.open({ name: 'c1' }).add(sample('hers'))
    subscription[Symbol.dispose]()
    subscription[Symbol.dispose]()
    ann.add(sample('unheard'))

    expect(heard).toEqual(['app/scope:ann/scope:c1 opened', 'app/scope:ann/scope:c1 admitted hers'])
    expect(registry.metrics().audit.listeners).toBe(0)
  })

  it('contains a listener that throws or rejects, counts it, and tells the others all [REG-18]', async () => {
    const registry = createSamples()
    const heard: string[] = []
    registry.subscribe(() => {
      throw new Error('listener is ill')
    })
    registry.subscribe(() => Promise.reject(new Error('listener is ill, later')))
    registry.subscribe((record) => heard.push(told(record)))

    registry.add(sample('one'))
    await settled()
    registry.add(sample('two'))
    await settled()

    expect(heard).toEqual(['app admitted one', 'app admitted two'])
    expect(registry.metrics().audit.listenerFailures).toBe(4)
  })

  it('keeps the order for every listener when one of them causes further records [REG-18]', () => {
    const registry = createSamples()
    const heard: string[] = []
    registry.subscribe((record) => {
      if (record.type === 'opened') registry.add(sample('caused'))
    })
    registry.subscribe((record) => heard.push(told(record)))

    registry.open({ name: 'ann' })

    expect(heard).toEqual(['app/scope:ann opened', 'app admitted caused'])
  })

  it('gives a slow listener one record at a time, drops the oldest past its bound, and tells it how many [REG-18]', async () => {
    const registry = createSamples()
    const heard: string[] = []
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    registry.subscribe(
      (record) => {
        heard.push(told(record))
        return gates[heard.length - 1]?.promise
      },
      { maxQueued: 2 },
    )
    const quick: string[] = []
    registry.subscribe((record) => quick.push(told(record)))

    registry.offer(['a', 'b', 'c', 'd', 'e'].map((name) => sample(name)))

    expect(quick).toHaveLength(5)
    expect(heard).toEqual(['app admitted a'])
    gates[0]?.resolve()
    await settled()
    expect(heard).toEqual(['app admitted a', 'dropped 2'])
    gates[1]?.resolve()
    await settled()
    expect(heard).toEqual(['app admitted a', 'dropped 2', 'app admitted d', 'app admitted e'])
    expect(registry.metrics().audit.dropped).toBe(2)
  })

  it('still tells a busy listener that its own scope closed [REG-18]', async () => {
    const registry = createSamples()
    const scope = registry.open({ name: 'ann' })
    const heard: string[] = []
    scope.subscribe(async (record) => {
      heard.push(told(record))
      await settled()
    })
    scope.add(sample('mine'))

    await scope.close()
    await settled()
    await settled()
    await settled()

    expect(heard).toEqual([
      'app/scope:ann admitted mine',
      'app/scope:ann withdrawn mine closed',
      'app/scope:ann closed',
    ])
  })
})
