import { describe, expect, it } from 'vitest'
import { createPlaces } from './places.ts'

const ann = { tenant: 'acme', user: 'ann' }
const bob = { tenant: 'acme', user: 'bob' }

describe('the places of a gateway', () => {
  it('are limited for each user, and for all together', () => {
    const places = createPlaces({ maxConnections: 3, maxConnectionsPerUser: 2 })
    places.take(ann)
    places.take(ann)

    expect(() => places.take(ann)).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_CONNECTIONS', details: { of: 'user', max: 2 } }),
    )
    places.take(bob)
    expect(() => places.take(bob)).toThrow(expect.objectContaining({ details: { of: 'server', max: 3 } }))
    expect(places.taken).toBe(3)
  })

  it('take a reservation over, so that disposing it gives nothing back a second time', () => {
    const places = createPlaces({ maxConnections: 9, maxConnectionsPerUser: 9 })
    const reserved = places.reserve(ann)
    const place = places.take(ann)

    reserved[Symbol.dispose]()
    const whileTaken = places.taken
    place[Symbol.dispose]()
    place[Symbol.dispose]()

    expect([whileTaken, places.taken]).toEqual([1, 0])
  })

  it('leave a place that is held to who holds it', () => {
    const places = createPlaces({ maxConnections: 9, maxConnectionsPerUser: 9 })
    const held = places.hold(ann)
    const reserved = places.reserve(ann)
    places.take(ann)
    reserved[Symbol.dispose]()
    const whileHeld = places.taken

    held[Symbol.dispose]()

    expect([whileHeld, places.taken]).toEqual([2, 1])
  })

  it('give back a reservation that was not used', () => {
    const places = createPlaces({ maxConnections: 1, maxConnectionsPerUser: 1 })

    places.reserve(ann)[Symbol.dispose]()
    places.take(bob)

    expect(places.taken).toBe(1)
  })

  it('keep users of equal names in different tenants apart', () => {
    const places = createPlaces({ maxConnections: 9, maxConnectionsPerUser: 1 })
    places.take(ann)

    places.take({ tenant: 'other', user: 'ann' })

    expect(places.taken).toBe(2)
  })
})
