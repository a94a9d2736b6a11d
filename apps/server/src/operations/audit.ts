/**
 * What the house itself puts on record: who was let in or turned away, who looked, what was refused. The law: nothing is lost
 * silently, and nobody can fill the disk by being refused.
 *
 * @module
 */
import type { AuditStore, Clock } from 'toolcrib/agent'
import type { NewAuditEntry } from 'toolcrib/protocol'
import type { ComponentHealth } from '../health.ts'
import type { Log } from '../log.ts'

/** What is not said is null; `facts` are nothing, and `at` is now. */
export type HouseEntry = Pick<NewAuditEntry, 'kind'> & Partial<Omit<NewAuditEntry, 'kind' | 'at'>>

export interface Audit extends AsyncDisposable {
  /** Written soon; while the store refuses, it is kept and tried again. */
  record(entry: HouseEntry): void
  /** Resolves when it is durable; rejects with what the store throws. For what may not be done without: a look. */
  recordFirst(entry: HouseEntry): Promise<void>
  /**
   * For what others can bring about as often as they like: those that are alike become one with a `count`, after a minute, and the
   * longer it goes on the more seldom, down to one an hour.
   */
  tally(entry: HouseEntry): void
  /** Resolves when all that was recorded is written, or has been refused: whoever reads then reads it too. */
  settled(): Promise<void>
  /** Degraded while entries wait for a store that refuses them, and for good once some were lost. */
  health(): ComponentHealth
}

export interface AuditOptions {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
}

const retryMs = 1_000
const tallyMs = 60_000
const maxTallyMs = 3_600_000
const maxWaiting = 1_000
const maxAtOnce = 100
/** What is alike by kind and outcome only, of nobody in particular, goes on when there are more people than this. */
const maxTallies = 200

interface Tally {
  readonly entry: HouseEntry
  count: number
  /** When the first of them was. */
  since: number
  waitMs: number
  due: number
}

export function createAudit({ store, clock, log }: AuditOptions): Audit {
  const waiting: NewAuditEntry[] = []
  const tallies = new Map<string, Tally>()
  let lost = 0
  let lostInAll = 0
  let failing: string | undefined
  let writing: Promise<void> | undefined
  let retry: Disposable | undefined
  let minute: Disposable | undefined
  let closed = false

  function push(entry: NewAuditEntry): void {
    if (waiting.length >= maxWaiting) {
      lost += 1
      lostInAll += 1
      return
    }
    waiting.push(entry)
    if (retry === undefined) writing ??= write()
  }

  async function write(): Promise<void> {
    // What one turn brings is one call.
    await Promise.resolve()
    try {
      while (waiting.length > 0) {
        const some = waiting.slice(0, maxAtOnce)
        const gap = lost
        const told = gap === 0 ? [] : [complete({ kind: 'audit_lost', facts: { count: gap } })]
        await store.append([...some, ...told])
        waiting.splice(0, some.length)
        lost -= gap
        failing = undefined
      }
    } catch (err) {
      if (failing === undefined) log.error({ err, waiting: waiting.length }, 'the audit cannot be written')
      failing = err instanceof Error ? err.message : 'the store refuses it'
      if (!closed) retry = clock.setTimeout(again, retryMs)
    } finally {
      writing = undefined
    }
  }

  function again(): void {
    retry = undefined
    writing ??= write()
  }

  function complete(entry: HouseEntry): NewAuditEntry {
    const nobody = { tenant: null, user: null, by: null, runId: null, callId: null, tool: null, outcome: null }
    return { ...nobody, facts: {}, ...entry, at: clock.now() }
  }

  function tell(tally: Tally): void {
    const { entry, count, since } = tally
    push(complete({ ...entry, facts: { ...entry.facts, count, since } }))
    tally.count = 0
  }

  function tellTallies(): void {
    for (const [key, tally] of tallies) {
      if (tally.due > clock.monotonic()) continue
      // It was quiet for as long: the next one is told within a minute again.
      if (tally.count === 0) tallies.delete(key)
      else {
        tell(tally)
        tally.waitMs = Math.min(tally.waitMs * 2, maxTallyMs)
        tally.due = clock.monotonic() + tally.waitMs
      }
    }
    minute = tallies.size === 0 ? undefined : clock.setTimeout(tellTallies, tallyMs)
  }

  return {
    record: (entry) => push(complete(entry)),
    recordFirst: (entry) => store.append([complete(entry)]),
    tally(entry) {
      const { kind, tenant, user, tool, outcome = null } = entry
      const own = JSON.stringify([kind, tenant, user, tool, outcome])
      const isRoom = tallies.has(own) || tallies.size < maxTallies
      const key = isRoom ? own : JSON.stringify([kind, outcome])
      const known = tallies.get(key)
      const told = isRoom ? entry : { kind, outcome }
      const due = clock.monotonic() + tallyMs
      const mine = known ?? { entry: told, count: 0, since: clock.now(), waitMs: tallyMs, due }
      if (mine.count === 0) mine.since = clock.now()
      mine.count += 1
      tallies.set(key, mine)
      minute ??= clock.setTimeout(tellTallies, tallyMs)
    },
    async settled() {
      await writing
    },
    health() {
      if (failing !== undefined) {
        return { state: 'degraded', reasons: [`${waiting.length} entries of the audit cannot be written: ${failing}`] }
      }
      if (lostInAll === 0) return { state: 'healthy', reasons: [] }
      return {
        state: 'degraded',
        reasons: [`${lostInAll} entries of the audit were lost while the store refused them`],
      }
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      minute?.[Symbol.dispose]()
      retry?.[Symbol.dispose]()
      for (const tally of tallies.values()) if (tally.count > 0) tell(tally)
      await writing
      await write()
      if (waiting.length > 0) log.error({ lost: waiting.length + lost }, 'entries of the audit were lost at the close')
    },
  }
}
