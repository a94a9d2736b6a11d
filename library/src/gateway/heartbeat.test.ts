import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createHeartbeats } from './heartbeat.ts'

function setUp() {
  const clock = createManualClock()
  const heartbeats = createHeartbeats({ clock, intervalMs: 25_000, timeoutMs: 10_000 })
  const join = () => {
    const peer = {
      pings: 0,
      taken: 0,
      unread: 0,
      dead: 0,
      ping: () => void peer.pings++,
      takenBytes: () => peer.taken,
      unreadBytes: () => peer.unread,
      onDead: () => void peer.dead++,
    }
    return { peer, heartbeat: heartbeats.watch(peer) }
  }
  return { clock, join, ...join() }
}

describe('a heartbeat', () => {
  it('calls a peer dead that is silent for the interval and the time-out, once', async () => {
    const { clock, peer } = setUp()

    await clock.advance(34_999)
    const justBefore = peer.dead
    await clock.advance(1_000_000)

    expect([justBefore, peer.dead, peer.pings]).toEqual([0, 1, 1])
  })

  it('goes on asking a peer that answers', async () => {
    const { clock, peer, heartbeat } = setUp()

    await clock.advance(25_000)
    heartbeat.heard()
    await clock.advance(10_000 + 25_000)

    expect([peer.pings, peer.dead]).toEqual([2, 0])
  })

  it('gives a peer time whose pong waits behind what it is still taking in', async () => {
    const { clock, peer } = setUp()
    peer.unread = 1_000

    await clock.advance(25_000)
    await clock.advance(50_000)
    peer.taken = 400
    await clock.advance(10_000)
    await clock.advance(50_000)
    const stillTaking = peer.dead
    await clock.advance(10_000)

    expect([stillTaking, peer.dead]).toEqual([0, 1])
  })

  it('judges each of many peers at its own time, and by what it did itself', async () => {
    const { clock, join, peer: silent } = setUp()
    await clock.advance(5_000)
    const talking = join()
    const leaving = join()
    const timers = clock.pending

    await clock.advance(25_000)
    talking.heartbeat.heard()
    leaving.heartbeat[Symbol.dispose]()
    await clock.advance(4_999)
    const before = silent.dead
    await clock.advance(1)
    const after = silent.dead
    await clock.advance(5_000 + 25_000)

    expect([timers, before, after]).toEqual([1, 0, 1])
    expect([talking.peer.pings, talking.peer.dead]).toEqual([2, 0])
    expect([leaving.peer.pings, leaving.peer.dead]).toEqual([1, 0])
  })

  it('goes on with the others when one cannot be asked', async () => {
    const { clock, join, peer: other } = setUp()
    const broken = join()
    const last = join()
    broken.peer.ping = () => {
      throw new Error('no socket')
    }

    await expect(clock.advance(25_000)).rejects.toThrow('no socket')
    await clock.advance(0)

    expect([other.pings, last.peer.pings]).toEqual([1, 1])
  })

  it('leaves no timer behind', async () => {
    const { clock, peer, heartbeat } = setUp()

    heartbeat[Symbol.dispose]()
    await clock.advance(100_000)

    expect([clock.pending, peer.pings]).toEqual([0, 0])
  })
})
