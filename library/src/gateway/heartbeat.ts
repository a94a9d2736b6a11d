/**
 * Asks a peer again and again whether it is still there. The law: a peer that neither answers nor takes in what was
 * written is dead after `intervalMs + timeoutMs`. @module
 */
import type { Clock } from '../agent/ports.ts'

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly ping: () => void
  /** Bytes that the peer has not taken in. When they shrink it is alive, though its pong waits behind them. */
  readonly bufferedBytes: () => number
  readonly onDead: () => void
}

export interface Heartbeat extends Disposable {
  /** Something came from the peer. */
  heard(): void
}

export function createHeartbeat({
  clock,
  intervalMs,
  timeoutMs,
  ping,
  bufferedBytes,
  onDead,
}: HeartbeatOptions): Heartbeat {
  let heard = false
  let buffered = 0
  let timer = clock.setTimeout(ask, intervalMs)

  function ask(): void {
    heard = false
    ping()
    buffered = bufferedBytes()
    timer = clock.setTimeout(judge, timeoutMs)
  }

  function judge(): void {
    const left = bufferedBytes()
    const moved = left < buffered
    buffered = left
    if (heard) timer = clock.setTimeout(ask, intervalMs)
    else if (moved) timer = clock.setTimeout(judge, timeoutMs)
    else onDead()
  }

  return {
    heard: () => {
      heard = true
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  }
}
