import { describe, expect, it } from 'vitest'
import type { BusHint } from '../../gateway/ports.ts'
import { createLocalBus } from './local.ts'

const ann = { tenant: 'acme', user: 'ann' }
const bob = { tenant: 'acme', user: 'bob' }
const changed: BusHint = { type: 'threads_changed' }

describe('the local bus', () => {
  it('tells the subscribers of an owner after the turn of the publisher, and nobody else', async () => {
    await using bus = createLocalBus()
    const heard: string[] = []
    bus.subscribe(ann, () => heard.push('ann'))
    bus.subscribe({ ...ann }, () => heard.push('ann again'))
    bus.subscribe(bob, () => heard.push('bob'))
    bus.subscribe({ tenant: 'acme","ann', user: '' }, () => heard.push('forged'))

    bus.publish(ann, changed)
    const inTheTurn = [...heard]
    await Promise.resolve()

    expect([inTheTurn, heard]).toEqual([[], ['ann', 'ann again']])
  })

  it('tells what is for a tenant to its subscribers, and not to its owners, nor the other way round', async () => {
    await using bus = createLocalBus()
    const heard: string[] = []
    bus.subscribe({ tenant: 'acme' }, () => heard.push('tenant'))
    bus.subscribe({ tenant: 'acme', user: 'null' }, () => heard.push('a user of that name'))
    bus.subscribe({ tenant: 'other' }, () => heard.push('other tenant'))
    bus.subscribe(ann, () => heard.push('ann'))

    bus.publish({ tenant: 'acme' }, changed)
    await Promise.resolve()
    const ofTheTenant = [...heard]
    bus.publish(ann, changed)
    await Promise.resolve()

    expect([ofTheTenant, heard]).toEqual([['tenant'], ['tenant', 'ann']])
  })

  it('calls the others when one throws, and passes the error on', async () => {
    const errors: unknown[] = []
    await using bus = createLocalBus({ onListenerError: (error) => errors.push(error) })
    const heard: BusHint[] = []
    bus.subscribe(ann, () => {
      throw new Error('broken')
    })
    bus.subscribe(ann, (hint) => heard.push(hint))

    bus.publish(ann, changed)
    await Promise.resolve()

    expect([heard, errors]).toEqual([[changed], [new Error('broken')]])
  })

  it('tells nothing after disposal of the subscription, nor after its own', async () => {
    const bus = createLocalBus()
    const heard: string[] = []
    const first = bus.subscribe(ann, () => heard.push('first'))
    bus.subscribe(ann, () => heard.push('second'))

    bus.publish(ann, changed)
    first[Symbol.dispose]()
    await Promise.resolve()
    await bus[Symbol.asyncDispose]()
    bus.publish(ann, changed)
    await Promise.resolve()

    expect(heard).toEqual(['second'])
  })
})
