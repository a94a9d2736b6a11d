/**
 * The main thread's end of a database thread. The law: every call settles once, also when the thread dies; and what
 * waits is bounded.
 *
 * @module
 */
import type { Worker } from 'node:worker_threads'
import { StoreError } from '../../../agent/errors.ts'
import type { Call } from './commands.ts'
import { failureOfDatabase, storeErrorOf } from './failures.ts'
import type { FromWorker, Reply, Request, ToWorker } from './messages.ts'

export interface ChannelOptions {
  readonly worker: Worker
  /** Past it a call is refused `STORE_UNAVAILABLE`. */
  readonly maxPendingBytes: number
  readonly monotonic: () => number
  readonly onReplies: (replies: readonly Reply[], wrote: boolean) => void
  /** Called once when the thread ends without being asked to. */
  readonly onLost: (detail: string) => void
}

export interface Channel<Commands> {
  /** Once, and before all else. Rejects when the database is refused. */
  open(): Promise<void>
  /** `bytes`: about how much the arguments weigh. */
  call<Name extends keyof Commands & string>(
    command: Name,
    args: Call<Commands, Name>['args'],
    bytes: number,
  ): Promise<Call<Commands, Name>['result']>
  /** How long the thread has answered nothing, although calls wait. 0: none wait. */
  silentMs(): number
  /** Finishes the calls that were made, then ends the thread. */
  close(): Promise<void>
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly bytes: number
}

/** What a call weighs besides its arguments' text. */
const CALL_BYTES = 256

export function createChannel<Commands>(options: ChannelOptions): Channel<Commands> {
  const { worker, maxPendingBytes, monotonic } = options
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const pending = new Map<number, Pending>()
  let gathered: Request[] = []
  let pendingBytes = 0
  let nextId = 0
  /** When it answered last, or when the first of those that wait came after it had nothing to do. */
  let heardAt = 0
  let closing = false
  let lost: string | undefined

  const post = (message: ToWorker): void => worker.postMessage(message)

  const flush = (): void => {
    if (gathered.length === 0 || lost !== undefined) return
    const requests = gathered
    gathered = []
    try {
      post(requests)
    } catch {
      // One of them holds what no message can carry; it may not take the others with it.
      for (const request of requests) postAlone(request)
    }
  }

  const postAlone = (request: Request): void => {
    try {
      post([request])
    } catch (error) {
      const [id] = request
      settle([id, undefined, failureOfDatabase(error, '')])
    }
  }

  const settle = ([id, value, failure]: Reply): void => {
    const call = pending.get(id)
    if (call === undefined) return
    pending.delete(id)
    pendingBytes -= call.bytes
    if (failure === undefined) call.resolve(value)
    else call.reject(storeErrorOf(failure))
  }

  const lose = (detail: string): void => {
    if (lost !== undefined) return
    lost = detail
    const error = new StoreError('STORE_UNAVAILABLE', { detail })
    ready.reject(error)
    for (const call of pending.values()) call.reject(error)
    pending.clear()
    gathered = []
    pendingBytes = 0
    options.onLost(detail)
  }

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'ready':
        ready.resolve()
        break
      case 'refused':
        ready.reject(storeErrorOf(message.failure))
        break
      case 'replies':
        heardAt = monotonic()
        options.onReplies(message.replies, message.wrote)
        for (const reply of message.replies) settle(reply)
        break
      default:
        message satisfies never
    }
  })
  worker.on('error', (error: unknown) => {
    lose(`the database thread failed: ${error instanceof Error ? error.message : String(error)}`)
  })
  worker.on('exit', (code) => {
    if (!closing || pending.size > 0) lose(`the database thread ended with code ${code}`)
    ended.resolve()
  })
  // Who opens it is told; a thread that is lost before or later has nobody waiting here.
  ready.promise.catch(() => {})

  return {
    open() {
      post('open')
      return ready.promise
    },
    call(command, args, bytes) {
      if (lost !== undefined) return Promise.reject(new StoreError('STORE_UNAVAILABLE', { detail: lost }))
      const weight = bytes + CALL_BYTES
      if (pendingBytes + weight > maxPendingBytes && pending.size > 0) {
        const detail = `${pending.size} calls of ${pendingBytes} bytes are waiting, the limit is ${maxPendingBytes} bytes`
        return Promise.reject(new StoreError('STORE_UNAVAILABLE', { detail }))
      }
      if (pending.size === 0) heardAt = monotonic()
      const id = nextId++
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      pending.set(id, { resolve, reject, bytes: weight })
      pendingBytes += weight
      if (gathered.length === 0) setImmediate(flush)
      gathered.push([id, command, args])
      // The table of commands is the same type on the other side.
      return promise as Promise<Call<Commands, typeof command>['result']>
    },
    silentMs: () => (pending.size === 0 ? 0 : monotonic() - heardAt),
    async close() {
      flush()
      closing = true
      if (lost === undefined) post('close')
      await ended.promise
    },
  }
}
