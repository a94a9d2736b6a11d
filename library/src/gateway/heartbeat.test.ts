import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createHeartbeat } from './heartbeat.ts'

function setUp() {
  const clock = createManualClock()
  const peer = { pings: 0, bufferedBytes: 0, dead: 0 }
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 25_000,
    timeoutMs: 10_000,
    ping: () => {
      peer.pings += 1
    },
    bufferedBytes: () => peer.bufferedBytes,
    onDead: () => {
      peer.dead += 1
    },
  })
  return { clock, peer, heartbeat }
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
    peer.bufferedBytes = 1_000

    await clock.advance(25_000)
    peer.bufferedBytes = 600
    await clock.advance(10_000)
    const stillTaking = peer.dead
    await clock.advance(10_000)

    expect([stillTaking, peer.dead]).toEqual([0, 1])
  })

  it('leaves no timer behind', async () => {
    const { clock, peer, heartbeat } = setUp()

    heartbeat[Symbol.dispose]()
    await clock.advance(100_000)

    expect([clock.pending, peer.pings]).toEqual([0, 0])
  })
})
