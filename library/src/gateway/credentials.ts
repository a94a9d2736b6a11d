/**
 * The end of credentials, for all who hold some with one timer: they run out, or are revoked. The law: it is the wall
 * clock that decides the one, however it was set meanwhile; and none are held from the moment they are revoked. @module
 */
import type { Clock } from '../agent/ports.ts'
import { GatewayError } from './errors.ts'
import type { Identity, Revocations } from './ports.ts'

/** A wall clock that is set back or forth is noticed within this time. */
const MAX_WAIT_MS = 60_000

export interface CredentialHolder {
  /** Called once: `CREDENTIALS_EXPIRED` or `CREDENTIALS_REVOKED`. */
  onCredentialsEnded(error: GatewayError): void
}

export interface HeldCredentials extends Disposable {
  /** What it held before is forgotten. Who holds what is revoked already is told at once, who holds what expired soon. */
  hold(holder: CredentialHolder, identity: Identity): void
  release(holder: CredentialHolder): void
  /** @throws GatewayError `CREDENTIALS_REVOKED`. */
  check(identity: Identity): void
}

export interface HeldCredentialsOptions {
  readonly clock: Clock
  /** Default: none are ever revoked. */
  readonly revocations?: Revocations
}

export function createHeldCredentials({ clock, revocations }: HeldCredentialsOptions): HeldCredentials {
  const held = new Map<CredentialHolder, Identity>()
  const news = revocations?.subscribe(({ tenant, user }) => {
    for (const [holder, identity] of held) {
      const { principal } = identity
      if (principal.tenant !== tenant || (user !== null && principal.user !== user)) continue
      if (isRevoked(identity)) end(holder, new GatewayError('CREDENTIALS_REVOKED', {}))
    }
  })
  let timer: Disposable | undefined
  let timerEnd = Number.POSITIVE_INFINITY

  function isRevoked(identity: Identity): boolean {
    return revocations?.has(identity) ?? false
  }

  function end(holder: CredentialHolder, error: GatewayError): void {
    release(holder)
    holder.onCredentialsEnded(error)
  }

  /** Looks again when `at` has come, and in a minute at the latest. */
  function arm(at: number): void {
    if (at >= timerEnd) return
    disarm()
    timerEnd = at
    timer = clock.setTimeout(sweep, Math.min(MAX_WAIT_MS, at - clock.now()))
  }

  function disarm(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    timerEnd = Number.POSITIVE_INFINITY
  }

  function sweep(): void {
    const now = clock.now()
    disarm()
    try {
      for (const [holder, { expiresAt }] of held) {
        if (expiresAt !== null && expiresAt <= now) end(holder, new GatewayError('CREDENTIALS_EXPIRED', {}))
      }
    } finally {
      arm(earliest(held.values()))
    }
  }

  function release(holder: CredentialHolder): void {
    if (held.delete(holder) && held.size === 0) disarm()
  }

  return {
    hold(holder, identity) {
      held.set(holder, identity)
      if (isRevoked(identity)) end(holder, new GatewayError('CREDENTIALS_REVOKED', {}))
      else if (identity.expiresAt !== null) arm(identity.expiresAt)
    },
    release,
    check(identity) {
      if (isRevoked(identity)) throw new GatewayError('CREDENTIALS_REVOKED', {})
    },
    [Symbol.dispose]() {
      news?.[Symbol.dispose]()
      disarm()
    },
  }
}

/** Infinity: none of them ends. */
function earliest(identities: Iterable<Identity>): number {
  let found = Number.POSITIVE_INFINITY
  for (const { expiresAt } of identities) found = Math.min(found, expiresAt ?? found)
  return found
}
