import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createHeldCredentials } from './credentials.ts'
import type { Identity, Revocations } from './ports.ts'

const calling = (onEnded: () => void) => ({ onCredentialsEnded: onEnded })
const until = (expiresAt: number | null) => ({
  principal: { tenant: 'acme', user: 'ann', roles: [], scopes: [] },
  expiresAt,
})

describe('the expiry of credentials', () => {
  it('comes once, when the wall clock says so', async () => {
    const clock = createManualClock(0)
    let expired = 0
    createHeldCredentials({ clock }).hold(
      calling(() => void expired++),
      until(3_600_000),
    )

    await clock.advance(3_599_999)
    const before = expired
    await clock.advance(10_000)

    expect([before, expired, clock.pending]).toEqual([0, 1, 0])
  })

  it('follows a wall clock that was set forth within a minute, and one that was set back', async () => {
    const clock = createManualClock(0)
    const expired: string[] = []
    const credentials = createHeldCredentials({ clock })
    credentials.hold(
      calling(() => expired.push('forth')),
      until(3_600_000),
    )
    clock.jump(3_600_000)
    await clock.advance(60_000)
    credentials.hold(
      calling(() => expired.push('back')),
      until(clock.now() + 1_000),
    )
    clock.jump(-500_000)
    await clock.advance(400_000)

    expect(expired).toEqual(['forth'])
  })

  it('comes at once for what has expired already, and never without an end', async () => {
    const clock = createManualClock(1_000)
    const expired: string[] = []
    const credentials = createHeldCredentials({ clock })
    credentials.hold(
      calling(() => expired.push('past')),
      until(999),
    )
    credentials.hold(
      calling(() => expired.push('endless')),
      until(null),
    )

    await clock.advance(1)

    expect([expired, clock.pending]).toEqual([['past'], 0])
  })

  it('comes to each of many in its own time, the later and the earlier added alike, with one timer', async () => {
    const clock = createManualClock(0)
    const credentials = createHeldCredentials({ clock })
    const expired: string[] = []
    const leaving = calling(() => expired.push('leaving'))
    credentials.hold(
      calling(() => expired.push('late')),
      until(9_000),
    )
    credentials.hold(
      calling(() => expired.push('early')),
      until(1_000),
    )
    credentials.hold(leaving, until(2_000))
    const timers = clock.pending

    await clock.advance(1_000)
    const first = [...expired]
    credentials.release(leaving)
    await clock.advance(7_999)
    const second = [...expired]
    await clock.advance(1)

    expect([timers, first, second, expired]).toEqual([1, ['early'], ['early'], ['early', 'late']])
    expect(clock.pending).toBe(0)
  })

  it('counts from what was added last', async () => {
    const clock = createManualClock(0)
    const credentials = createHeldCredentials({ clock })
    const expired: number[] = []
    const renewing = calling(() => expired.push(clock.now()))
    const staying = calling(() => expired.push(-1))
    credentials.hold(renewing, until(1_000))
    credentials.hold(staying, until(1_000))

    credentials.hold(renewing, until(5_000))
    credentials.hold(staying, until(null))
    await clock.advance(100_000)

    expect([expired, clock.pending]).toEqual([[5_000], 0])
  })

  it('does not come after it was given up', async () => {
    const clock = createManualClock(0)
    const credentials = createHeldCredentials({ clock })
    let expired = 0
    const holder = calling(() => void expired++)
    credentials.hold(holder, until(1_000))

    credentials.release(holder)
    const timers = clock.pending
    await clock.advance(2_000)

    expect([timers, expired]).toEqual([0, 0])
  })
})

describe('the revocation of credentials', () => {
  it('ends what is held at once, of that user only, and once [CONN-05]', async () => {
    const ended: string[] = []
    const list = revocationList()
    using credentials = createHeldCredentials({ clock: createManualClock(0), revocations: list })
    const holder = (name: string) => ({
      onCredentialsEnded: ({ code }: { readonly code: string }) => ended.push(`${name} ${code}`),
    })
    credentials.hold(holder('first'), token('ann', 'a'))
    credentials.hold(holder('second'), token('ann', 'b'))
    credentials.hold(holder('other'), token('bob', 'a'))

    list.revoke('ann', 'a')
    list.revoke('ann', 'a')

    expect(ended).toEqual(['first CREDENTIALS_REVOKED'])
  })

  it('is told at once to who comes to hold them too late, and to who asks [CONN-05]', () => {
    const ended: string[] = []
    const list = revocationList()
    using credentials = createHeldCredentials({ clock: createManualClock(0), revocations: list })
    list.revoke('ann', 'a')

    credentials.hold({ onCredentialsEnded: ({ code }) => ended.push(code) }, token('ann', 'a'))

    expect(ended).toEqual(['CREDENTIALS_REVOKED'])
    expect(() => credentials.check(token('ann', 'a'))).toThrow(expect.objectContaining({ code: 'CREDENTIALS_REVOKED' }))
    expect(() => credentials.check(token('ann', 'b'))).not.toThrow()
  })

  it('of what was held before does not touch what is held now [CONN-05]', () => {
    const ended: string[] = []
    const list = revocationList()
    using credentials = createHeldCredentials({ clock: createManualClock(0), revocations: list })
    const holder = { onCredentialsEnded: ({ code }: { readonly code: string }) => ended.push(code) }
    credentials.hold(holder, token('ann', 'old'))
    credentials.hold(holder, token('ann', 'new'))

    list.revoke('ann', 'old')
    const before = [...ended]
    list.revoke('ann', 'new')

    expect([before, ended]).toEqual([[], ['CREDENTIALS_REVOKED']])
  })
})

function token(user: string, tokenId: string): Identity {
  return { principal: { tenant: 'acme', user, roles: [], scopes: [] }, expiresAt: 1_000, tokenId }
}

function revocationList(): Revocations & { readonly revoke: (user: string, tokenId: string) => void } {
  const revoked = new Set<string>()
  const listeners = new Set<Parameters<Revocations['subscribe']>[0]>()
  return {
    has: ({ principal, tokenId }) => revoked.has(`${principal.user} ${tokenId}`),
    subscribe(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    revoke(user, tokenId) {
      revoked.add(`${user} ${tokenId}`)
      for (const listener of listeners) listener({ tenant: 'acme', user })
    },
  }
}
