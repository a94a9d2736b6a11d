/**
 * What the main thread and a database thread say to each other. The law: every request gets exactly one reply.
 *
 * @module
 */
import type { StoreFailure } from './failures.ts'
import type { OpenOptions } from './open-database.ts'

export interface WorkerSettings extends OpenOptions {
  readonly role: 'writer' | 'reader'
}

/** A tuple, because a message carries the names of an object's properties with every object. */
export type Request = readonly [id: number, command: string, args: readonly unknown[]]

/** Requests of one turn of the event loop; first of all the word to open the database, last the wish to end. */
export type ToWorker = 'open' | readonly Request[] | 'close'

export type Reply = readonly [id: number, value: unknown, failure?: StoreFailure]

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly failure: StoreFailure }
  | { readonly type: 'replies'; readonly replies: readonly Reply[]; readonly wrote: boolean }
