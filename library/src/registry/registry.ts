/**
 * The registry's interface: named entries of one kind, as a tree of scopes. The law: a scope sees what lies above it,
 * adds only to itself, and closes all it opened. @module
 */

import type { AuditListener, SubscribeOptions } from './audit.ts'
import type { Admission, Entry, Filter, Validator } from './entry.ts'
import type { RegistryHealth } from './health.ts'
import type { RegistryMetrics } from './metrics.ts'
import type { Trust, Verdict } from './verdict.ts'
import type { ScopeView } from './view.ts'

export interface RegistryOptions<T extends Entry> {
  /** The root scope's name, and the first part of every path, such as `app`. */
  readonly name: string
  /** The root scope's kind. Default: its name. */
  readonly kind?: string | undefined
  /**
   * The only judge of what an entry is.
   *
   * Contract: synchronous, without side effects. One that throws refuses the candidate with `VALIDATOR_REFUSED`.
   */
  readonly admit: (candidate: unknown) => Admission<T>
  /** Whether two entries are the very same one, which makes a second offer `unchanged`. Default: the same object. */
  readonly sameEntry?: ((existing: T, offered: T) => boolean) | undefined
  /** What `replace` compares before it lets a change pass. Default: nothing is compared. */
  readonly fingerprint?: ((entry: T) => string) | undefined
  /** Further conditions, in running order. */
  readonly validators?: readonly Validator<T>[] | undefined
  /**
   * `enforce` (default) refuses. `report` lets the advisory rules (`DESCRIPTION_MISSING`, `NAME_CONFUSABLE`) pass
   * with a recorded would-be verdict. Neither admits what `admit` refuses.
   */
  readonly mode?: 'enforce' | 'report' | undefined
  /** Names refused besides the built-in reserved ones; look-alikes of them are refused too. */
  readonly reservedNames?: Iterable<string> | undefined
  /** Whether an entry without a description breaks an advisory rule. Default: false. */
  readonly requireDescription?: boolean | undefined
  /** The most entries one scope may hold itself; 0 admits none. Default: Infinity. */
  readonly maxEntriesPerScope?: number | undefined
  /** The most candidates read from one offer. Default: 10 000. */
  readonly maxOffered?: number | undefined
  /** How long a close may take before it reports what would not close. Default: 5000; 0 waits for nothing asynchronous. */
  readonly closeDeadlineMs?: number | undefined
  /** Default: the real clock. */
  readonly clock?: RegistryClock | undefined
  readonly health?: HealthOptions | undefined
}

export interface HealthOptions {
  /** More open scopes than this is degraded. Default: Infinity. */
  readonly maxOpenScopes?: number | undefined
  /** How long after its last occurrence a leak, a failure or a drop still counts. Default: 300 000. */
  readonly windowMs?: number | undefined
}

/** What a registry needs of a clock. */
export interface RegistryClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `run` once after `delayMs`; disposing the answer cancels it. */
  setTimeout(run: () => void, delayMs: number): Disposable
}

export interface ScopeOptions {
  /** Which one, such as a user's id. Any text of 1 to 256 characters; `/`, `%` and control characters are escaped in paths. */
  readonly name: string
  /** What it is, such as `user`; a word of the program, never of its users. Default: `scope`. */
  readonly kind?: string | undefined
  /** The most entries it may hold itself. Default: `maxEntriesPerScope` of the root. */
  readonly maxEntries?: number | undefined
  /** Default: that of the scope above. A scope closed by the one above never takes longer than that one may. */
  readonly closeDeadlineMs?: number | undefined
  /**
   * Only to see what would happen: it and the scopes below judge as any others, and what becomes of them is in no count
   * and no audit stream but their own. Close it in the turn it was opened in. Default: false.
   */
  readonly trial?: boolean | undefined
}

export interface AddOptions {
  /** Who gives it, for verdicts and the audit stream, such as `mcp:files`. */
  readonly origin?: string | undefined
  /** Default: `code`. */
  readonly trust?: Trust | undefined
}

export interface OfferOptions extends AddOptions {
  /** All or none: one refusal refuses the rest with `OFFER_REFUSED`. Default: false. */
  readonly atomic?: boolean | undefined
}

export interface ReplaceOptions extends AddOptions {
  /** Lets an entry of another fingerprint take the place. Default: false, refused `FINGERPRINT_CHANGED`. */
  readonly allowChange?: boolean | undefined
}

/** What an add gives back. Disposing it withdraws the entry; one from an `unchanged` verdict withdraws nothing. */
export interface Registration extends Disposable {
  readonly name: string
  readonly verdict: Verdict
  /** Whether the entry is still in its scope through this registration. */
  readonly active: boolean
  /** Takes the entry out. False when it was out already, or when the scope is frozen (`REGISTRY_FROZEN` is recorded). */
  withdraw(): boolean
}

/** What became of a close. Nothing in it is an exception: a close never rejects. */
export interface CloseReport {
  readonly path: string
  readonly reason: string
  /** How many scopes closed: this one and those below. */
  readonly scopes: number
  /** How many owned things were closed without a fault. */
  readonly closed: number
  /** What was closed once, and threw. */
  readonly failed: readonly { readonly path: string; readonly what: string; readonly error: unknown }[]
  /** What had not finished at the deadline. It is still waited for, and counted in metrics and health until it has. */
  readonly overdue: readonly { readonly path: string; readonly what: string }[]
  readonly durationMs: number
}

/** A scope as plain data, for an operations page. */
export interface ScopeSnapshot {
  readonly name: string
  readonly kind: string
  readonly path: string
  readonly ageMs: number
  readonly frozen: boolean
  /** Names of its own entries, in order. */
  readonly entries: readonly string[]
  /** How many things it owns now. */
  readonly resources: number
  readonly children: readonly ScopeSnapshot[]
  /** How many open scopes below were left out to keep the answer bounded. */
  readonly omitted: number
}

/**
 * A scope: the entries one party can see. Lookup climbs to the scopes above; registration never does.
 * Every member but `path`, `parent`, `closed` and the reports throws `SCOPE_CLOSED` once the scope is closing.
 */
export interface Registry<T extends Entry> extends AsyncDisposable {
  readonly name: string
  readonly kind: string
  /** `app/tenant:acme/user:ann`: the root's name, then `kind:name` of each scope. */
  readonly path: string
  readonly parent: Registry<T> | undefined
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  /** True from the moment that closing starts. */
  readonly closed: boolean
  readonly frozen: boolean

  /**
   * Adds an entry, visible here and in every scope below.
   *
   * @throws {@link RegistryError} with the code of the refusal.
   */
  add(candidate: unknown, options?: AddOptions): Registration
  /** Judges each candidate; one bad one costs none of the good ones. Never throws. */
  offer(candidates: Iterable<unknown>, options?: OfferOptions): readonly Verdict[]
  /**
   * Puts an entry in the place of this scope's own entry of that name: the only way to a `replaced` verdict. A name
   * that nobody holds is added.
   *
   * @throws {@link RegistryError} such as `FINGERPRINT_CHANGED`, or `NAME_SHADOWS` for what a scope above holds.
   */
  replace(candidate: unknown, options?: ReplaceOptions): Registration
  /**
   * Takes a name now and makes its entry when it is first looked up or listed, once, admitted like any other. A make
   * that fails records a refusal, shows no entry, and is tried again at the next `get`.
   *
   * @throws {@link RegistryError}
   */
  addFactory(name: string, make: () => unknown, options?: AddOptions): Registration

  /** The entry of that name: of this scope, or of the nearest above. */
  get(name: string): T | undefined
  has(name: string): boolean
  /** All that can be seen from here, ordered by name. The same array until something changes; frozen. */
  list(filter?: Filter<T>): readonly T[]

  /** Opens a scope that sees all this one sees, and is closed no later. Copies nothing. */
  open(options: ScopeOptions): Registry<T>
  /** This scope or the closest above of that kind. */
  nearest(kind: string): Registry<T> | undefined
  /** The scopes open right below. */
  children(): Iterable<Registry<T>>

  /**
   * Disposes a resource when the scope closes: newest first, once. A scope that is closed already disposes it at once
   * and throws. `what` names it in reports.
   */
  own<R extends Disposable | AsyncDisposable>(resource: R, what?: string): R
  /** Gives a resource up without disposing it. False when it was not owned. */
  disown(resource: Disposable | AsyncDisposable): boolean
  /** Runs once when the scope closes, in order with what it owns. Disposing the answer takes it back. */
  onClose(run: () => unknown, what?: string): Disposable
  /**
   * The one instance for `key` in this scope: made at the first call, shared by all, disposed with the scope when it
   * can be. A failed make is forgotten, so that the next call tries again. Its signal is aborted when the scope starts to
   * close; one that is finished only after that is disposed, and the calls are refused `SCOPE_CLOSED`.
   */
  instance<R>(key: object, make: (signal: AbortSignal) => R | Promise<R>, what?: string): Promise<R>

  /** No entry can be added to, replaced in or withdrawn from this scope any more. Scopes below are not affected. */
  freeze(): void
  /** Counts of the whole tree, kept at the root. */
  metrics(): RegistryMetrics
  /** The state of the whole tree. */
  health(): RegistryHealth
  /** This scope and those below, to look at: as they are now, for this turn. */
  inspect(): ScopeView<T>
  /** This scope and those below as plain data, at most `maxScopes` (default 1000) of them. */
  snapshot(options?: { readonly maxScopes?: number | undefined }): ScopeSnapshot
  /** The audit stream of this scope and everything below. */
  subscribe(listener: AuditListener, options?: SubscribeOptions): Disposable
  /**
   * Refuses what is new at once, closes the scopes below, then what it owns, newest first, past failures, inside the
   * deadline. Never rejects. Closing twice is one close.
   */
  close(reason?: string): Promise<CloseReport>
}
