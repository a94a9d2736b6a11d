/**
 * One run's pen: the only writer of its events. The law: events reach the log in the order they were emitted, each once,
 * or the run is lost and writes nothing more.
 *
 * @module
 */
import type { RunEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { EventLog } from './event-log.ts'
import type { Clock, EventStore, Fence, KeptInput, Logger } from './ports.ts'

export interface Journal {
  /** Never throws. What is emitted while a commit is under way goes into the next one, together. */
  readonly emit: (event: RunEvent, inputs?: readonly KeptInput[]) => void
  /** Resolves when all that was emitted so far is durable. Rejects with `RunLost`. */
  readonly commit: () => Promise<void>
  /** Events that are not durable yet. */
  readonly backlog: number
  /** Set once it writes no more. */
  readonly lost: RunLost | undefined
  /** Writes nothing from now on; every commit rejects. */
  lose(reason: string): void
}

export interface JournalOptions {
  readonly owner: Owner
  readonly threadId: string
  readonly fence: Fence
  readonly events: EventStore
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  /** Whether this node still holds the run: while it does, a store that fails is tried again. */
  readonly holds: () => boolean
  /** Called once. */
  readonly onLost: (reason: string) => void
}

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

interface Batch {
  readonly events: readonly RunEvent[]
  readonly inputs: readonly KeptInput[]
  readonly batch: number
}

/** Thrown through a run that may not write any more. It is nobody's failure and is shown to nobody. */
export class RunLost extends Error {
  constructor(runId: string, reason: string) {
    super(`Run "${runId}" is lost to this node: ${reason}`)
    this.name = 'RunLost'
  }
}

/** Thrown through a run by a fault of our own, past all that a tool or a model may throw. */
export class RunFault extends Error {
  constructor(cause: unknown) {
    super('The run failed by a fault of the server', { cause })
    this.name = 'RunFault'
  }
}

export function createJournal(options: JournalOptions): Journal {
  const { owner, threadId, fence, events, log, clock, logger, holds, onLost } = options
  const place = { owner, threadId }
  let queue: RunEvent[] = []
  let inputs: KeptInput[] = []
  let batches = 0
  let emitted = 0
  let durable = 0
  let writing = false
  let due: NodeJS.Immediate | undefined
  let lost: RunLost | undefined
  let waiters: { readonly until: number; readonly resolve: () => void; readonly reject: (error: RunLost) => void }[] =
    []
  let wake: (() => void) | undefined

  function lose(reason: string): void {
    if (lost !== undefined) return
    lost = new RunLost(fence.runId, reason)
    queue = []
    const rejected = waiters
    waiters = []
    for (const waiter of rejected) waiter.reject(lost)
    wake?.()
    onLost(reason)
  }

  function begin(): void {
    clearImmediate(due)
    due = undefined
    writing = true
    // With all that is said in the same moment, such as the starts of a step's other calls.
    queueMicrotask(() => void write())
  }

  async function write(): Promise<void> {
    while (queue.length > 0) {
      const batch = { events: queue, inputs, batch: ++batches }
      queue = []
      inputs = []
      if (!(await append(batch))) break
      durable += batch.events.length
      const served = waiters.filter((waiter) => waiter.until <= durable)
      if (served.length > 0) waiters = waiters.filter((waiter) => waiter.until > durable)
      for (const waiter of served) waiter.resolve()
    }
    writing = false
  }

  /** Said again, a batch is the same batch: a store that failed after it had committed does not write it twice. */
  async function append(batch: Batch): Promise<boolean> {
    const write = () => events.append(owner, threadId, { fence, at: clock.now(), ...batch })
    for (let delayMs = FIRST_RETRY_MS; lost === undefined; delayMs = Math.min(delayMs * 2, LAST_RETRY_MS)) {
      try {
        await log.commit(place, write, (committed) => committed)
        return lost === undefined
      } catch (err) {
        if (!canRetry(err) || !holds()) {
          logger.warn({ err, runId: fence.runId }, 'The run is lost: its events cannot be written')
          lose(codeOf(err))
          return false
        }
        logger.warn({ err, runId: fence.runId, delayMs }, 'The store failed; the events are written again')
      }
      await pause(delayMs)
    }
    return false
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => wake?.(), delayMs)
      wake = () => {
        wake = undefined
        timer[Symbol.dispose]()
        resolve()
      }
    })
  }

  return {
    emit(event, kept) {
      if (lost !== undefined) return
      queue.push(event)
      if (kept !== undefined) inputs.push(...kept)
      emitted++
      if (writing || due !== undefined) return
      // A turn later, so that what is said at once becomes one batch, unless somebody waits for it.
      due = setImmediate(begin)
    },
    commit() {
      if (lost !== undefined) return Promise.reject(lost)
      if (durable === emitted) return Promise.resolve()
      const written = new Promise<void>((resolve, reject) => {
        waiters.push({ until: emitted, resolve, reject })
      })
      if (!writing) begin()
      return written
    },
    get backlog() {
      return emitted - durable
    },
    get lost() {
      return lost
    },
    lose,
  }
}

/** Whether a store that failed so may be back soon. */
export function canRetry(error: unknown): boolean {
  return error instanceof Error && 'retry' in error && error.retry === 'later' && codeOf(error) !== 'STORE_CLOSED'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL'
}
