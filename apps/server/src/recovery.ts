/**
 * Takes up, at the start and then at every lease, the runs that are due: left by a dead node, handed over by one that was
 * stopped, or with an approval that has expired.
 *
 * @module
 */
import type { Clock, Supervisor } from 'toolcrib/agent'
import type { Log } from './log.ts'

/** With the lease it bounds how long a run of a dead node stands still; a look that finds nothing writes nothing. */
const intervalMs = 500

export interface RecoveryOptions {
  readonly supervisor: Supervisor
  readonly clock: Clock
  readonly log: Log
}

/** Resolves after the first look; goes on looking until it is disposed. */
export async function keepRecovering({ supervisor, clock, log }: RecoveryOptions): Promise<Disposable> {
  let stopped = false
  let timer: Disposable | undefined
  await look()
  return {
    [Symbol.dispose]: () => {
      stopped = true
      timer?.[Symbol.dispose]()
    },
  }

  async function look(): Promise<void> {
    try {
      const runs = await supervisor.recover()
      if (runs > 0) log.info({ runs }, 'runs that were due were taken up')
    } catch (err) {
      if (!stopped) log.error({ err }, 'looking for runs that are due failed; it is tried again')
    }
    if (!stopped) timer = clock.setTimeout(() => void look(), intervalMs)
  }
}
