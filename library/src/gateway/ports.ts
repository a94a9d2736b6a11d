/**
 * What the gateway asks of the outside world: who someone is, a socket, and word from other nodes.
 *
 * @module
 */
import type { Answerable } from '../protocol/approvers.ts'
import type { Failure, Owner, Principal } from '../protocol/vocabulary.ts'

/** A verified identity and how long it holds. */
export interface Identity {
  readonly principal: Principal
  /** Milliseconds since the epoch; null: until revoked. */
  readonly expiresAt: number | null
  /** When the credentials were issued, milliseconds since the epoch. Absent: nobody knows. */
  readonly issuedAt?: number
  /** The credentials' own id. Absent: they have none, and are revoked with all of their user's or not at all. */
  readonly tokenId?: string
}

/** Which credentials no longer count, as this node knows it. */
export interface Revocations {
  /** From memory: it is asked in the very moment in which credentials are put to use. */
  has(identity: Identity): boolean
  /** Told after something was revoked: of this user, or, with null, of anybody of the tenant. */
  subscribe(listener: (whose: { readonly tenant: string; readonly user: string | null }) => void): Disposable
}

export type Authentication =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure }

export interface Authenticator {
  /** Verifies a bearer token. Never throws: what cannot be verified is refused, with the reason's code. */
  authenticate(token: string): Promise<Authentication>
}

/** One message, encoded once for however many sockets it goes to. */
export interface EncodedFrame {
  readonly text: string
  readonly byteLength: number
}

/** What a socket tells. */
export interface SocketHandlers {
  onMessage(data: string): void
  /** A message that is not text. */
  onBinary(): void
  /** It is answered already. */
  onPing(): void
  onPong(): void
  onClose(code: number, reason: string): void
}

/**
 * The least of a WebSocket that a connection uses. Contract: the handlers set by `bind` are called as methods, one at a
 * time, never after `onClose`; `onClose` is called exactly once, also after `close` and `terminate`.
 */
export interface SocketLike {
  bind(handlers: SocketHandlers): void
  /** Writes all of them in order, in one write. */
  send(frames: readonly EncodedFrame[]): void
  /** Bytes accepted by `send` and not yet handed to the network. */
  readonly bufferedBytes: number
  /** Bytes handed to the network since the beginning: they grow as long as the peer reads. */
  readonly takenBytes: number
  /** Called once, soon after all that was sent before has been handed to the network; not at all when the socket ends. */
  onDrained(listener: () => void): void
  ping(): void
  close(code: number, reason: string): void
  /** Without a closing handshake. */
  terminate(): void
}

/** Hints between nodes, and between the connections of one node: any may be lost, doubled or late, so each is only a reason to look into the log. */
export interface Bus extends AsyncDisposable {
  publish(address: BusAddress, hint: BusHint): void
  /** Hints to this address only: what is for a tenant is not told to its owners, nor the other way round. */
  subscribe(address: BusAddress, listener: (hint: BusHint) => void): Disposable
}

/** One owner; without a user, whoever of the tenant is concerned. */
export type BusAddress = Owner | { readonly tenant: string; readonly user?: never }

export type BusHint =
  /** The thread's log has grown to at least this sequence number. */
  | { readonly type: 'thread_grew'; readonly threadId: string; readonly lastSeq: number }
  | { readonly type: 'thread_gone'; readonly threadId: string }
  | { readonly type: 'threads_changed' }
  /** To the one who asks, when nobody else may answer; to the tenant otherwise. */
  | ({ readonly type: 'approvals_changed' } & Answerable)
  /** Asks the node that holds the run to stop it. */
  | { readonly type: 'stop_run'; readonly runId: string }
