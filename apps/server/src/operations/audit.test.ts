import type { AuditStore } from 'toolcrib/agent'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { type Audit, createAudit } from './audit.ts'

const log = createLog({ level: 'silent' })

/** A store that refuses as long as it is told to. */
function open() {
  const { audit: store } = createMemoryStore()
  const clock = createManualClock()
  const state = { refusing: false }
  const flaky: AuditStore = {
    ...store,
    append: (entries) => (state.refusing ? Promise.reject(new Error('the disk is full')) : store.append(entries)),
  }
  const audit: Audit = createAudit({ store: flaky, clock, log })
  const onRecord = async () => (await store.list({ limit: 5_000 })).toReversed()
  return { audit, clock, state, onRecord }
}

const signedIn = (user: string) => ({ kind: 'signed_in', tenant: 'acme', user }) as const

describe('what the house puts on record', () => {
  it('is written in order, with the time at which it happened [OPS-04]', async () => {
    const { audit, clock, onRecord } = open()
    const at = clock.now()

    audit.record(signedIn('ann'))
    await clock.advance(5)
    audit.record(signedIn('bob'))
    await clock.advance(0)

    expect((await onRecord()).map(({ user, at: when }) => [user, when - at])).toEqual([
      ['ann', 0],
      ['bob', 5],
    ])
    expect(audit.health()).toEqual({ state: 'healthy', reasons: [] })
  })

  it('waits while the store refuses it, says so, and is written when it can be [OPS-04]', async () => {
    const { audit, clock, state, onRecord } = open()
    state.refusing = true

    audit.record(signedIn('ann'))
    audit.record(signedIn('bob'))
    await clock.advance(5_000)
    const meanwhile = audit.health()
    state.refusing = false
    await clock.advance(1_000)

    const reasons = ['2 entries of the audit cannot be written: the disk is full']
    expect(meanwhile).toEqual({ state: 'degraded', reasons })
    expect((await onRecord()).map(({ user }) => user)).toEqual(['ann', 'bob'])
    expect(audit.health().state).toBe('healthy')
  })

  it('that there is no room to keep is counted, and that it was lost is on record [OPS-04] [L12]', async () => {
    const { audit, clock, state, onRecord } = open()
    state.refusing = true

    for (const user of Array.from({ length: 1_003 }, (_, index) => `user_${index}`)) audit.record(signedIn(user))
    await clock.advance(1_000)
    state.refusing = false
    await clock.advance(1_000)

    const entries = await onRecord()
    expect(entries.filter(({ kind }) => kind === 'signed_in')).toHaveLength(1_000)
    expect(entries.filter(({ kind }) => kind === 'audit_lost').map(({ facts }) => facts)).toEqual([{ count: 3 }])
    expect(audit.health()).toEqual({
      state: 'degraded',
      reasons: ['3 entries of the audit were lost while the store refused them'],
    })
  })

  it('of what strangers can bring about is one entry, and bounded however many there are [OPS-04]', async () => {
    const { audit, clock, onRecord } = open()

    for (let count = 1; count <= 5_000; count++) audit.tally({ kind: 'access_refused', outcome: 'TOKEN_SIGNATURE' })
    for (let count = 1; count <= 5_000; count++) {
      audit.tally({ kind: 'tool_refused', tenant: 'acme', user: `user_${count}`, outcome: 'NAME_INVALID' })
    }
    await clock.advance(60_000)

    const entries = await onRecord()
    const others = entries.find(({ kind, user }) => kind === 'tool_refused' && user === null)
    expect(entries.length).toBeLessThanOrEqual(202)
    expect(entries[0]).toMatchObject({ kind: 'access_refused', outcome: 'TOKEN_SIGNATURE', facts: { count: 5_000 } })
    expect(others).toMatchObject({ outcome: 'NAME_INVALID', facts: { count: 5_000 - 199 } })
  })

  it('of what goes on and on becomes more seldom, to one an hour, and is prompt again after a quiet while [OPS-04]', async () => {
    const { audit, clock, onRecord } = open()
    const start = clock.now()

    for (let minute = 1; minute <= 24 * 60; minute++) {
      audit.tally({ kind: 'access_refused', outcome: 'TOKEN_EXPIRED' })
      await clock.advance(60_000)
    }
    const inOneDay = (await onRecord()).length
    await clock.advance(3 * 3_600_000)
    const quiet = clock.pending
    const again = clock.now()
    audit.tally({ kind: 'access_refused', outcome: 'TOKEN_EXPIRED' })
    await clock.advance(60_000)

    const entries = await onRecord()
    const told = entries.slice(0, 4).map(({ at, facts }) => [(at - start) / 60_000, facts.count])
    expect(told).toEqual([
      [1, 1],
      [3, 2],
      [7, 4],
      [15, 8],
    ])
    expect(inOneDay).toBeLessThan(30)
    expect(quiet).toBe(0)
    expect(entries.at(-1)).toMatchObject({ at: again + 60_000, facts: { count: 1, since: again } })
    expect(entries.reduce((sum, { facts }) => sum + Number(facts.count), 0)).toBe(24 * 60 + 1)
  })

  it('that may not be done without it is refused when it cannot be written [OPS-04]', async () => {
    const { audit, state, onRecord } = open()
    const look = { kind: 'looked', tenant: 'acme', user: 'ann', by: 'eve', runId: 'run_1' } as const

    await audit.recordFirst(look)
    state.refusing = true
    const refused = audit.recordFirst(look)

    await expect(refused).rejects.toThrow('the disk is full')
    expect(await onRecord()).toMatchObject([look])
  })

  it('and was still being counted is written when the server closes [OPS-04]', async () => {
    const { audit, clock, onRecord } = open()
    audit.record(signedIn('ann'))
    audit.tally({ kind: 'access_refused', outcome: 'TICKET_REFUSED' })

    await audit[Symbol.asyncDispose]()

    expect((await onRecord()).map(({ kind }) => kind)).toEqual(['signed_in', 'access_refused'])
    expect(clock.pending).toBe(0)
  })
})
