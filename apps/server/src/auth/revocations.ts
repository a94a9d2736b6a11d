/**
 * Credentials that no longer count, in memory over the store: read in full at the start, and what other nodes add within
 * two seconds. The law: a revocation holds from the call on, whatever the store says, and is told as done when it is durable.
 *
 * @module
 */
import type { Clock, NewRevocation, RevocationStore } from 'toolcrib/agent'
import type { Identity, Revocations } from 'toolcrib/gateway'
import type { Log } from '../log.ts'

/** What is revoked: everything of a user up to now, or one token. */
export type Revoking =
  | { readonly tenant: string; readonly user: string; readonly tokenId: null }
  | {
      readonly tenant: string
      /** Null: whoever it was issued to. */
      readonly user: string | null
      readonly tokenId: string
      /** When the token expires, if that is known; it need not be remembered longer. */
      readonly expiresAt?: number | null
    }

export interface RevocationList extends Revocations, Disposable {
  /** Closes what holds such credentials. Rejects with what the store throws: then it holds until a restart only. */
  add(revoking: Revoking): Promise<NewRevocation>
}

export interface RevocationsOptions {
  readonly store: RevocationStore
  readonly clock: Clock
  readonly log: Log
  /** No credentials live longer, so nothing need be remembered longer. */
  readonly maxTokenLifeMs: number
  /** How far the issuer's clock and this one may differ. */
  readonly clockToleranceMs: number
}

interface Whose {
  readonly tenant: string
  readonly user: string | null
}

interface Group {
  /** All that was issued up to then is revoked. Undefined: single tokens only. */
  issuedUntil: number | undefined
  until: number
  /** Until when each token is to be remembered. */
  readonly tokens: Map<string, number>
}

const refreshMs = 2_000
const pageSize = 500
/** Whoever revokes more of their own one by one has all of them revoked: so much is remembered of a user and no more. */
const maxTokensPerUser = 1_000

export async function openRevocations(options: RevocationsOptions): Promise<RevocationList> {
  const { store, clock, log, maxTokenLifeMs, clockToleranceMs } = options
  const groups = new Map<string, Group>()
  const listeners = new Set<(whose: Whose) => void>()
  let known = 0
  let stopped = false
  let timer: Disposable | undefined
  await readOn()
  timer = clock.setTimeout(() => void refresh(), refreshMs)

  async function readOn(): Promise<void> {
    for (;;) {
      const page = await store.list({ after: known, limit: pageSize })
      for (const { number, ...revocation } of page) {
        known = number
        apply(revocation)
      }
      if (page.length < pageSize) return
    }
  }

  async function refresh(): Promise<void> {
    try {
      await readOn()
      forget()
    } catch (err) {
      if (!stopped) log.error({ err }, 'reading what other nodes revoked failed; it is tried again')
    }
    if (!stopped) timer = clock.setTimeout(() => void refresh(), refreshMs)
  }

  function apply({ tenant, user, tokenId, at, until }: NewRevocation): void {
    const key = keyOf({ tenant, user })
    const group = groups.get(key) ?? { issuedUntil: undefined, until: 0, tokens: new Map() }
    groups.set(key, group)
    group.until = Math.max(group.until, until)
    if (tokenId === null) group.issuedUntil = Math.max(group.issuedUntil ?? at, at)
    else group.tokens.set(tokenId, Math.max(group.tokens.get(tokenId) ?? 0, until))
    for (const listener of listeners) listener({ tenant, user })
  }

  function forget(): void {
    const now = clock.now()
    for (const [key, { until, tokens }] of groups) {
      if (until <= now) groups.delete(key)
      else for (const [tokenId, end] of tokens) if (end <= now) tokens.delete(tokenId)
    }
  }

  function isIn(group: Group | undefined, { issuedAt, tokenId }: Identity): boolean {
    if (group === undefined) return false
    if (tokenId !== undefined && group.tokens.has(tokenId)) return true
    if (group.issuedUntil === undefined) return false
    // What does not say when it was issued may be from before.
    return issuedAt === undefined || issuedAt <= group.issuedUntil + clockToleranceMs
  }

  return {
    has(identity) {
      const { tenant, user } = identity.principal
      return (
        isIn(groups.get(keyOf({ tenant, user })), identity) || isIn(groups.get(keyOf({ tenant, user: null })), identity)
      )
    },
    subscribe(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    async add(revoking) {
      const { tenant, user } = revoking
      const at = clock.now()
      const isFull = user !== null && (groups.get(keyOf({ tenant, user }))?.tokens.size ?? 0) >= maxTokensPerUser
      const tokenId = isFull ? null : revoking.tokenId
      const expiresAt = tokenId === null || revoking.tokenId === null ? undefined : revoking.expiresAt
      const until = (expiresAt ?? at + maxTokenLifeMs) + clockToleranceMs
      const revocation = { tenant, user, tokenId, at, until }
      apply(revocation)
      await store.add(revocation)
      return revocation
    },
    [Symbol.dispose]() {
      stopped = true
      timer?.[Symbol.dispose]()
    },
  }
}

function keyOf({ tenant, user }: Whose): string {
  return JSON.stringify([tenant, user])
}
