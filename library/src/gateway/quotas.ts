/**
 * The rate of commands of those who have no connection. The law: a user's HTTP requests share one bucket; a full bucket
 * is forgotten, so that memory is bounded by who was here in the last seconds. @module
 */
import type { Clock } from '../agent/ports.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { GatewayError } from './errors.ts'
import type { GatewayLimits } from './gateway.ts'
import { createRate, type Rate } from './rate.ts'
import { ownerKey } from './router.ts'

export interface Quotas {
  /**
   * Takes the place of one command until disposal.
   *
   * @throws {@link GatewayError} `RATE_LIMITED`, `TOO_MANY_PENDING`.
   */
  take(owner: Owner): Disposable
}

/** How many takes lie between two rounds of forgetting. */
const ROUND = 1_000

export function createQuotas(
  limits: Pick<GatewayLimits, 'commandsPerSecond' | 'commandBurst' | 'maxPendingCommands'>,
  clock: Clock,
): Quotas {
  const owners = new Map<string, { readonly rate: Rate; pending: number }>()
  const { commandsPerSecond, commandBurst, maxPendingCommands } = limits
  let takes = 0

  function forgetFull(): void {
    for (const [key, { rate, pending }] of owners) if (pending === 0 && rate.isFull()) owners.delete(key)
  }

  return {
    take(owner) {
      takes += 1
      if (takes % ROUND === 0) forgetFull()
      const key = ownerKey(owner)
      const quota = owners.get(key) ?? {
        rate: createRate({ perSecond: commandsPerSecond, burst: commandBurst, clock }),
        pending: 0,
      }
      owners.set(key, quota)
      if (quota.rate.take() !== 'ok') throw new GatewayError('RATE_LIMITED', { commandsPerSecond })
      if (quota.pending >= maxPendingCommands) throw new GatewayError('TOO_MANY_PENDING', { maxPendingCommands })
      quota.pending += 1
      return {
        [Symbol.dispose]: () => {
          quota.pending -= 1
        },
      }
    },
  }
}
