/**
 * Runs that are due: of dead nodes, handed over, stopped while parked, answered, or with an approval that has expired. The
 * law: whoever looks prolongs its own first, so that no node takes a run from itself.
 *
 * @module
 */
import { LEASE_MS } from './heartbeat.ts'
import type { Clock, LeaseStore, Logger } from './ports.ts'
import type { Runner } from './runner.ts'

export interface DueRunsOptions {
  readonly node: string
  readonly leases: LeaseStore
  readonly runner: Pick<Runner, 'prolong' | 'start'>
  readonly clock: Clock
  readonly logger: Logger
  /** Told of each look, for whoever waits until nothing is under way. */
  readonly track: <R>(look: Promise<R>) => Promise<R>
  /** The node takes up nothing more. */
  readonly isLeaving: () => boolean
}

export interface DueRuns extends Disposable {
  /** Takes them over and starts them; answers how many. Rejects with what the store throws. */
  take(): Promise<number>
  /** They are found by every node that looks: that it is looked for now is only to lose no time. Never throws. */
  hurry(): void
  /** Looks as soon as a run that was parked here is due; `recover` would find it a while later. */
  wakeAt(at: number): void
}

/** Runs taken over in one go. */
const PAGE = 100
/** No lease ends so much later, with room for the clocks of other nodes: one that does was written before the clock was set back. */
const LATEST_LEASE_MS = 10 * LEASE_MS

export function createDueRuns(options: DueRunsOptions): DueRuns {
  const { node, leases, runner, clock, logger, track, isLeaving } = options
  let wake: { readonly at: number; readonly timer: Disposable } | undefined

  async function takeAll(): Promise<number> {
    for (let taken = 0; ; ) {
      await runner.prolong()
      if (isLeaving()) return taken
      const now = clock.now()
      const askedAt = clock.monotonic()
      const times = { now, until: now + LEASE_MS, latest: now + LATEST_LEASE_MS }
      const runs = await leases.takeOver(node, { ...times, limit: PAGE })
      for (const run of runs) runner.start(run, askedAt)
      taken += runs.length
      if (runs.length < PAGE) return taken
    }
  }

  function take(): Promise<number> {
    return track(takeAll())
  }

  function hurry(): void {
    take().catch((err: unknown) => logger.warn({ err, node }, 'Runs that are due are taken later'))
  }

  return {
    take,
    hurry,
    wakeAt(at) {
      if (at <= clock.now()) return hurry()
      if (isLeaving() || (wake !== undefined && wake.at <= at)) return
      wake?.timer[Symbol.dispose]()
      const ring = (): void => {
        wake = undefined
        hurry()
      }
      wake = { at, timer: clock.setTimeout(ring, at - clock.now()) }
    },
    [Symbol.dispose]() {
      wake?.timer[Symbol.dispose]()
      wake = undefined
    },
  }
}
