/**
 * What keeps a node's runs its own. The law: one beat prolongs all of them, and a run whose lease was not prolonged in time
 * is given up before anybody else can hold it.
 *
 * @module
 */
import type { Journal } from './journal.ts'
import type { Clock, LeaseStore, Logger, RunRecord } from './ports.ts'
import { turnOfTheLoop } from './turn-of-the-loop.ts'

export const LEASE_MS = 2_000
export const HEARTBEAT_MS = 500

export interface HeldRun {
  readonly record: RunRecord
  readonly journal: Journal
  /** By the monotonic clock. */
  leaseUntil: number
}

export interface HeartbeatOptions {
  readonly node: string
  readonly leases: LeaseStore
  readonly clock: Clock
  readonly logger: Logger
  readonly held: () => readonly HeldRun[]
  /** Somebody asked for it to be stopped, perhaps on another node. */
  readonly onStopping: (run: HeldRun) => void
}

export interface Heartbeat {
  /** Beats from now on, as long as anything is held. */
  start(): void
  /** Nothing is held any more. */
  stop(): void
  /** A beat now. Never rejects. */
  readonly prolong: () => Promise<void>
}

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { node, leases, clock, logger, onStopping } = options
  let timer: Disposable | undefined

  /** The next beat is set when this one has been answered, or should have been. */
  async function beat(): Promise<void> {
    await prolong()
    timer?.[Symbol.dispose]()
    timer = options.held().length === 0 ? undefined : clock.setTimeout(() => void beat(), HEARTBEAT_MS)
  }

  async function prolong(): Promise<void> {
    const held = options.held()
    if (held.length === 0) return
    const prolongedTo = clock.monotonic() + LEASE_MS
    const unanswered = Promise.withResolvers<never>()
    // An answer that came while this thread was busy is heard first.
    const giveUp = (): void => void turnOfTheLoop().then(() => unanswered.reject(new Error('No answer within a lease')))
    const late = clock.setTimeout(giveUp, LEASE_MS)
    try {
      const claims = held.map(({ record }) => ({ runId: record.runId, epoch: record.epoch }))
      const answered = leases.heartbeat(node, claims, clock.now() + LEASE_MS)
      const { lost, stopping } = await Promise.race([answered, unanswered.promise])
      for (const run of held) {
        run.leaseUntil = prolongedTo
        if (lost.includes(run.record.runId)) run.journal.lose('another node has taken it over')
        if (stopping.includes(run.record.runId)) onStopping(run)
      }
    } catch (err) {
      logger.warn({ err, node }, 'The heartbeat failed')
      const now = clock.monotonic()
      for (const run of held) if (now >= run.leaseUntil) run.journal.lose('its lease ran out')
    } finally {
      late[Symbol.dispose]()
    }
  }

  return {
    start() {
      timer ??= clock.setTimeout(() => void beat(), HEARTBEAT_MS)
    },
    stop() {
      timer?.[Symbol.dispose]()
      timer = undefined
    },
    prolong,
  }
}
