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
}

const intervalMs = 10_000
const step = 500

/** Looks at once, and then every ten seconds until it is disposed. */
export function keepPruning({ store, clock, log, keepMs, maxEntries }: AuditRetentionOptions): Disposable {
  let stopped = false
  let timer: Disposable | undefined
  void look()
  return {
    [Symbol.dispose]: () => {
      stopped = true
      timer?.[Symbol.dispose]()
    },
  }

  async function look(): Promise<void> {
    try {
      while (!stopped && (await store.prune({ keepFrom: clock.now() - keepMs, maxEntries, limit: step })) === step);
    } catch (err) {
      if (!stopped) log.error({ err }, 'forgetting old entries of the audit failed; it is tried again')
    }
    if (!stopped) timer = clock.setTimeout(() => void look(), intervalMs)
  }
}
