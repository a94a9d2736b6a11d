/**
 * Ends, at the start and then at every lease, the runs that a dead node left at work.
 *
 * @module
 */
import type { Clock, Supervisor } from 'toolcrib/agent'
import type { Log } from './log.ts'

const intervalMs = 2_000

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
      const ended = await supervisor.recover()
      if (ended > 0) log.warn({ runs: ended }, 'runs that a stopped server had left at work were ended')
    } catch (err) {
      if (!stopped) log.error({ err }, 'looking for abandoned runs failed; it is tried again')
    }
    if (!stopped) timer = clock.setTimeout(() => void look(), intervalMs)
  }
}
