/**
 * Asks peers again and again whether they are still there, all of them with two timers. The law: a peer that does not
 * answer is dead after `intervalMs + timeoutMs`; one whose answer may wait behind bytes that it has not taken in, when it
 * took in none of them in six times as long. @module
 */
import type { Clock } from '../agent/ports.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'

/** A kernel takes in the next bytes for a slow reader by the megabyte, not one by one. */
const PATIENCE = 6

export interface Peer {
  ping(): void
  /** Bytes that it has taken in so far. While they grow it is alive, though its pong waits behind others. */
  takenBytes(): number
  unreadBytes(): number
  /** Called once. */
  onDead(): void
}

export interface Heartbeat extends Disposable {
  /** Something came from the peer. Answers whether it is the first since it was asked. */
  heard(): boolean
}

export interface Heartbeats {
  /** Until disposal, or until the peer is dead. */
  watch(peer: Peer): Heartbeat
}

export interface HeartbeatsOptions {
  readonly clock: Clock
  readonly intervalMs: number
  readonly timeoutMs: number
}

export function createHeartbeats({ clock, intervalMs, timeoutMs }: HeartbeatsOptions): Heartbeats {
  const quiet = createDeadlines<Beat>({ clock, delayMs: intervalMs, onDue: (beat) => beat.ask() })
  const asked = createDeadlines<Beat>({ clock, delayMs: timeoutMs, onDue: (beat) => beat.judge() })
  const queues: Queues = { quiet, asked }
  return {
    watch(peer) {
      const beat = new Beat(peer, queues)
      quiet.add(beat)
      return beat
    },
  }
}

interface Queues {
  /** Are asked when they fall due. */
  readonly quiet: Deadlines<Beat>
  /** Are judged when they fall due. */
  readonly asked: Deadlines<Beat>
}

/** A hot object, hence a class: every connection has one. */
class Beat implements Heartbeat {
  readonly #peer: Peer
  readonly #queues: Queues
  #heard = false
  #taken = 0
  /** How often it was judged since it last took in something. */
  #judged = 0

  constructor(peer: Peer, queues: Queues) {
    this.#peer = peer
    this.#queues = queues
  }

  heard(): boolean {
    const isFirst = !this.#heard
    this.#heard = true
    return isFirst
  }

  ask(): void {
    this.#heard = false
    this.#peer.ping()
    this.#taken = this.#peer.takenBytes()
    this.#judged = 0
    this.#queues.asked.add(this)
  }

  judge(): void {
    const taken = this.#peer.takenBytes()
    const moved = taken > this.#taken
    this.#taken = taken
    this.#judged = moved ? 0 : this.#judged + 1
    const isExcused = this.#judged < PATIENCE && this.#peer.unreadBytes() > 0
    if (this.#heard) this.#queues.quiet.add(this)
    else if (moved || isExcused) this.#queues.asked.add(this)
    else this.#peer.onDead()
  }

  [Symbol.dispose](): void {
    this.#queues.quiet.delete(this)
    this.#queues.asked.delete(this)
  }
}
