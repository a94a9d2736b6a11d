/**
 * Forgets what has been on record long enough, or is too much. The law: in small steps, so that no commit waits long for
 * it, and only from the oldest on.
 *
 * @module
 */
import type { AuditStore, Clock } from 'toolcrib/agent'
import type { Log } from '../log.ts'

export interface AuditRetentionOptions {
  readonly store: Pick<AuditStore, 'prune'>
  readonly clock: Clock
  readonly log: Log
  readonly keepMs: number
  readonly maxEntries: number
  /** So many went before their time, because there were others. */
  readonly onForgottenEarly: (count: number) => void
}

const intervalMs = 10_000
const step = 500

/** Looks every ten seconds until it is disposed. */
export function keepPruning(options: AuditRetentionOptions): Disposable {
  const { store, clock, log, keepMs, maxEntries, onForgottenEarly } = options
  let stopped = false
  let timer = clock.setTimeout(() => void look(), intervalMs)
  return {
    [Symbol.dispose]: () => {
      stopped = true
      timer[Symbol.dispose]()
    },
  }

  async function look(): Promise<void> {
    try {
      const keepFrom = clock.now() - keepMs
      while ((await forget(keepFrom, Number.POSITIVE_INFINITY)) === step);
      let count = step
      while (count === step) {
        count = await forget(keepFrom, maxEntries)
        if (count > 0) onForgottenEarly(count)
      }
    } catch (err) {
      if (!stopped) log.error({ err }, 'forgetting old entries of the audit failed; it is tried again')
    }
    if (!stopped) timer = clock.setTimeout(() => void look(), intervalMs)
  }

  async function forget(keepFrom: number, entries: number): Promise<number> {
    return stopped ? 0 : await store.prune({ keepFrom, maxEntries: entries, limit: step })
  }
}
