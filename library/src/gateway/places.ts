/**
 * How many may be connected. The law: a place is taken before the upgrade and given back exactly once, whatever becomes
 * of the connection. @module
 */
import type { Owner } from '../protocol/vocabulary.ts'
import { GatewayError } from './errors.ts'
import type { GatewayLimits } from './gateway.ts'
import { Handle } from './handle.ts'
import { ownerKey } from './router.ts'

export interface Places {
  /** @throws {@link GatewayError} `TOO_MANY_CONNECTIONS`. */
  take(owner: Owner): Disposable
  /** Holds a place until `take` of the same owner uses it up, or until disposal. */
  reserve(owner: Owner): Disposable
  /** Holds a place that no `take` uses up, until disposal. @throws as `take` does. */
  hold(owner: Owner): Disposable
  readonly taken: number
}

interface OwnersPlaces {
  readonly key: string
  taken: number
  readonly reserved: Set<Disposable>
}

export function createPlaces(limits: Pick<GatewayLimits, 'maxConnections' | 'maxConnectionsPerUser'>): Places {
  const owners = new Map<string, OwnersPlaces>()
  let taken = 0

  function giveBack(places: OwnersPlaces): void {
    places.taken -= 1
    taken -= 1
    if (places.taken === 0) owners.delete(places.key)
  }

  function occupy(owner: Owner): Disposable {
    const key = ownerKey(owner)
    const places = owners.get(key) ?? { key, taken: 0, reserved: new Set() }
    const { maxConnections, maxConnectionsPerUser } = limits
    if (places.taken >= maxConnectionsPerUser) {
      throw new GatewayError('TOO_MANY_CONNECTIONS', { of: 'user', max: maxConnectionsPerUser })
    }
    if (taken >= maxConnections) throw new GatewayError('TOO_MANY_CONNECTIONS', { of: 'server', max: maxConnections })
    owners.set(key, places)
    places.taken += 1
    taken += 1
    return new Handle(places, giveBack)
  }

  return {
    take(owner) {
      const reserved = owners.get(ownerKey(owner))?.reserved
      const [place] = reserved ?? []
      if (place === undefined) return occupy(owner)
      reserved?.delete(place)
      return place
    },
    reserve(owner) {
      const place = occupy(owner)
      const reserved = owners.get(ownerKey(owner))?.reserved
      reserved?.add(place)
      return new Handle(place, () => {
        if (reserved?.delete(place)) place[Symbol.dispose]()
      })
    },
    hold: occupy,
    get taken() {
      return taken
    },
  }
}
