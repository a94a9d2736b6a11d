/** What is open, by whom, with what, and for how long; what closed lately, and what leaked. Types only. @module */

export interface ScopesQuestion {
  readonly query: {
    /** Whose scopes below are listed: ids joined by commas, or `all`. Those of the app, and of the only tenant, always are. */
    readonly open?: string | undefined
    /** Only scopes with this text in their kind, their name or a tool of theirs, with what lies above and below them. */
    readonly find?: string | undefined
    /** How many are listed right below one scope: at most 2,000; default 200. */
    readonly most?: number | undefined
  }
  readonly reply: ScopesReport
}

export interface ScopesReport {
  /** The server's time, milliseconds since the epoch: ages are counted from it. */
  readonly at: number
  /** Of the whole process, everybody's; they name nobody. */
  readonly counts: readonly ScopeKindCounts[]
  /** Of the whole process: things that scopes own. `open` = `opened` - `closed` - `disowned`. */
  readonly resources: {
    readonly open: number
    readonly opened: number
    readonly closed: number
    readonly disowned: number
    /** Of the closed ones: how many threw. */
    readonly failed: number
    /** Past their deadline and not closed yet. */
    readonly overdue: number
  }
  /** The app's scope, and what of it is in sight. */
  readonly app: ScopeReport
  /** How many more there was room for in the list. */
  readonly room: number
  /** How many scopes are open that are out of sight. */
  readonly outOfSight: number
  /** How many scopes fit `find`; null: nothing was looked for. */
  readonly found: number | null
  /** Within the last seconds, the newest first. */
  readonly closed: readonly ClosedScope[]
  /** Since the start, the newest first. */
  readonly leaked: readonly LeakedScope[]
}

/** `open` = `opened` - `closed`. A leaked scope is closed too. */
export interface ScopeKindCounts {
  readonly kind: string
  readonly open: number
  readonly opened: number
  readonly closed: number
  readonly leaked: number
}

export interface ScopeReport {
  /** In the order of opening; never the same twice. */
  readonly id: number
  /** `app`, `tenant`, `user`, `connection`, `run`, `call`. */
  readonly kind: string
  readonly name: string
  readonly path: string
  readonly openedAt: number
  /** It has started to close, and waits for what it owns. */
  readonly closing: boolean
  readonly frozen: boolean
  /** Names of its own tools, the first of them. */
  readonly tools: readonly string[]
  readonly toolCount: number
  /** What the things are that it owns, the oldest of them first. */
  readonly holdings: readonly string[]
  readonly holdingCount: number
  /** How many scopes are open below it, by kind. */
  readonly below: Readonly<Record<string, number>>
  /** Empty unless it was asked to be listed. */
  readonly children: readonly ScopeReport[]
  /** How many right below it were left out of a list that became too long. */
  readonly omitted: number
  readonly connection?: ConnectionFacts
  readonly run?: RunFacts
}

export interface ConnectionFacts {
  readonly openThreads: number
  readonly offeredTools: number
  /** What waits to be taken in by the peer. */
  readonly bufferedBytes: number
}

export interface RunFacts {
  readonly agent: string
  readonly threadId: string
  readonly startedAt: number
  readonly stopping: boolean
}

export interface ClosedScope {
  readonly kind: string
  readonly path: string
  readonly at: number
  readonly reason: string
  /** Nobody closed it: it was let go, and the registry closed it. */
  readonly leaked: boolean
  /** How many scopes closed: this one and those below. */
  readonly scopes: number
  /** How many owned things were closed without a fault. */
  readonly closed: number
  readonly durationMs: number
  /** What was closed once, and threw. */
  readonly failed: readonly { readonly path: string; readonly what: string; readonly error: string }[]
  /** What had not finished at the deadline. */
  readonly overdue: readonly { readonly path: string; readonly what: string }[]
}

export interface LeakedScope {
  readonly kind: string
  readonly path: string
  readonly at: number
}
