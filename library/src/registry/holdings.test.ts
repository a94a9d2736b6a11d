import { describe, expect, it } from 'vitest'
import { createManualClock, createSamples, settled, thrownBy } from './sample.fixture.ts'

describe('instances', () => {
  it('are made once per scope, also under concurrent first calls [REG-15]', async () => {
    const registry = createSamples()
    const [ann, bob] = [registry.open({ name: 'ann' }), registry.open({ name: 'bob' })]
    const key = {}
    let made = 0
    const make = async () => {
      made += 1
      const number = made
      await settled()
      return { number }
    }

    const all = await Promise.all([ann.instance(key, make), ann.instance(key, make), bob.instance(key, make)])

    expect(all.map(({ number }) => number)).toEqual([1, 1, 2])
    expect(await ann.instance(key, make)).toBe(all[0])
    expect(made).toBe(2)
  })

  it('are made once when making one asks for the same again', async () => {
    const registry = createSamples()
    const key = {}
    let made = 0
    const inner: Promise<number>[] = []
    const make = (): number => {
      made += 1
      inner.push(registry.instance(key, make))
      return made
    }

    expect(await registry.instance(key, make)).toBe(1)
    expect(await inner[0]).toBe(1)
  })

  it('are forgotten when making them fails, so that the next call tries again [REG-15]', async () => {
    const registry = createSamples()
    const key = {}
    const fail = () => {
      throw new Error('no seat')
    }

    const failed = await Promise.allSettled([registry.instance(key, fail), registry.instance(key, fail)])

    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await registry.instance(key, () => 'made')).toBe('made')
  })

  it('are disposed newest first with all else the scope owns; a failing one skips nothing and is reported [REG-15]', async () => {
    const registry = createSamples()
    const scope = registry.open({ name: 'ann', kind: 'user' })
    const order: string[] = []
    const fault = new Error('stuck')
    scope.own({ [Symbol.dispose]: () => void order.push('first') }, 'first')
    await scope.instance({}, () => ({ [Symbol.asyncDispose]: async () => void order.push('second') }), 'second')
    scope.onClose(() => {
      order.push('third')
      throw fault
    }, 'third')
    const fourth = {
      async [Symbol.asyncDispose]() {
        order.push('fourth')
        throw fault
      },
    }
    scope.own(fourth, 'fourth')
    scope.onClose(() => void order.push('never'))[Symbol.dispose]()

    const report = await scope.close()

    expect(order).toEqual(['fourth', 'third', 'second', 'first'])
    expect(report.failed).toEqual([
      { path: 'app/user:ann', what: 'fourth', error: fault },
      { path: 'app/user:ann', what: 'third', error: fault },
    ])
    expect(report.closed).toBe(2)
    expect(registry.metrics().resources).toEqual({ open: 0, opened: 5, closed: 4, disowned: 1, failed: 2, overdue: 0 })
  })

  it('that come too late are disposed, and refused SCOPE_CLOSED; the close waits for them [REG-15]', async () => {
    const registry = createSamples()
    const scope = registry.open({ name: 'ann' })
    const gate = Promise.withResolvers<void>()
    let isDisposed = false
    const instance = scope.instance({}, async () => {
      await gate.promise
      return {
        [Symbol.dispose]() {
          isDisposed = true
        },
      }
    })
    const outcome = instance.then(
      () => 'given',
      (error: unknown) => (error as { code?: string }).code,
    )
    await settled()
    const closing = scope.close()
    gate.resolve()

    expect(await outcome).toBe('SCOPE_CLOSED')
    expect(await closing).toMatchObject({ closed: 1, failed: [], overdue: [] })
    expect(isDisposed).toBe(true)
    expect(registry.metrics().resources.open).toBe(0)
  })

  it('are not even begun when the scope closes in the same tick [REG-15]', async () => {
    const scope = createSamples().open({ name: 'ann' })
    let made = 0

    const instance = scope.instance({}, () => {
      made += 1
    })
    const report = scope.close()

    await expect(instance).rejects.toMatchObject({ code: 'SCOPE_CLOSED' })
    expect(await report).toMatchObject({ closed: 0, failed: [] })
    expect(made).toBe(0)
  })
})

describe('what a scope owns', () => {
  it('is owned once however often it is given, and not at all once it is given up', async () => {
    const scope = createSamples().open({ name: 'ann' })
    const disposed: string[] = []
    const kept = { [Symbol.dispose]: () => void disposed.push('kept') }
    const given = { [Symbol.dispose]: () => void disposed.push('given') }
    scope.own(scope.own(kept))
    scope.own(given)

    expect([scope.disown(given), scope.disown(given)]).toEqual([true, false])
    await scope.close()

    expect(disposed).toEqual(['kept'])
  })

  it('closes the scopes below first', async () => {
    const registry = createSamples()
    const order: string[] = []
    registry.onClose(() => void order.push('own'))
    const child = registry.open({ name: 'child' })
    child.onClose(async () => {
      await settled()
      order.push('child')
    })

    await registry.close()

    expect(order).toEqual(['child', 'own'])
  })

  it('runs a clean-up that disposes another one only once', async () => {
    const scope = createSamples().open({ name: 'ann' })
    const order: string[] = []
    const older = scope.onClose(() => void order.push('older'))
    scope.onClose(() => {
      order.push('newer')
      older[Symbol.dispose]()
    })

    await scope.close()

    expect(order).toEqual(['newer'])
  })
})

describe('a clean-up that takes itself back while it runs', () => {
  it('is closed, and not given up besides: the counts still add up', async () => {
    const registry = createSamples()
    const hook = registry.onClose(() => hook[Symbol.dispose]())

    await registry.close()

    expect(registry.metrics().resources).toMatchObject({ open: 0, opened: 1, closed: 1, disowned: 0 })
  })
})

describe('a deadline', () => {
  it('ends the waiting, names what would not close, and skips nothing after it [REG-16]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock, closeDeadlineMs: 100 })
    const user = registry.open({ name: 'ann', kind: 'user' })
    const hang = Promise.withResolvers<void>()
    const order: string[] = []
    user.onClose(() => void order.push('oldest'), 'oldest')
    user.onClose(async () => void order.push('older'), 'older')
    user.onClose(() => hang.promise, 'hanging')
    registry.onClose(() => void order.push('root'), 'root')

    const closing = registry.close()
    await settled()
    expect([order, clock.waiting]).toEqual([[], 1])
    await clock.advance(100)
    const report = await closing

    expect(report).toMatchObject({
      closed: 3,
      overdue: [{ path: 'app/user:ann', what: 'hanging' }],
      durationMs: 100,
      failed: [],
    })
    expect(order).toEqual(['older', 'oldest', 'root'])
    expect(clock.waiting).toBe(0)
    expect(registry.metrics().resources).toMatchObject({ open: 1, overdue: 1 })

    hang.resolve()
    await settled()
    expect(registry.metrics().resources).toMatchObject({ open: 0, overdue: 0 })
  })

  it('of a scope above bounds the ones below, also one that was closing before [REG-16]', async () => {
    const clock = createManualClock()
    const registry = createSamples({ clock, closeDeadlineMs: 1000 })
    const slow = registry.open({ name: 'slow', closeDeadlineMs: 60_000 })
    const quick = registry.open({ name: 'quick', closeDeadlineMs: 10 })
    const hang = Promise.withResolvers<void>()
    slow.onClose(() => hang.promise, 'hanging')
    quick.onClose(() => hang.promise, 'hanging too')
    const early = slow.close()

    const closing = registry.close()
    await settled()
    await clock.advance(10)
    await clock.advance(990)

    expect((await closing).overdue).toEqual([
      { path: 'app/scope:quick', what: 'hanging too' },
      { path: 'app/scope:slow', what: 'a scope that was closing before' },
    ])
    hang.resolve()
    expect(await early).toMatchObject({ closed: 1, overdue: [] })
    await settled()
    expect(registry.metrics()).toMatchObject({ resources: { open: 0, overdue: 0 }, scopes: { open: 0 } })
    expect(clock.waiting).toBe(0)
  })

  it('names an instance that is still being made [REG-16]', async () => {
    const clock = createManualClock()
    const scope = createSamples({ clock }).open({ name: 'ann', closeDeadlineMs: 5 })
    const gate = Promise.withResolvers<Disposable>()
    const instance = scope.instance({}, () => gate.promise, 'pool')
    const rejected = instance.then(undefined, () => 'rejected')
    await settled()
    const closing = scope.close()
    await settled()
    await clock.advance(5)

    expect((await closing).overdue).toEqual([{ path: 'app/scope:ann', what: 'pool, which was being made' }])
    const disposed: string[] = []
    gate.resolve({ [Symbol.dispose]: () => void disposed.push('pool') })
    expect(await rejected).toBe('rejected')
    expect(disposed).toEqual(['pool'])
  })

  it('of 0 waits for nothing that is not over already, and yet starts all [REG-16]', async () => {
    const registry = createSamples({ closeDeadlineMs: 0 })
    const started: string[] = []
    registry.onClose(() => void started.push('sync'), 'sync')
    registry.onClose(() => {
      started.push('hangs')
      return new Promise(() => {})
    }, 'hangs')

    const report = await registry.close()

    expect(started).toEqual(['hangs', 'sync'])
    expect(report).toMatchObject({ closed: 1, overdue: [{ what: 'hangs' }] })
  })

  it('throws from `own` on a closed scope only after the resource is in good hands, even if disposing it fails', async () => {
    const registry = createSamples()
    const scope = registry.open({ name: 'ann' })
    await scope.close()

    const error = thrownBy(() => scope.own({ [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) }))
    await settled()

    expect(error).toMatchObject({ code: 'SCOPE_CLOSED' })
    expect(registry.metrics().resources).toMatchObject({ open: 0, failed: 1 })
  })
})
