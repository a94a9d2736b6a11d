/**
 * Verifies signed tokens. The law: the kind of key decides which algorithms count, never the token; and each refusal says
 * which check it did not pass.
 *
 * @module
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { Clock } from 'toolcrib/agent'
import type { Authentication } from 'toolcrib/gateway'
import type { JwtConfig } from '../config.ts'
import { type ServerErrorCode, type ServerErrorDetails, serverFailure } from '../errors.ts'
import { principalOf } from './claims.ts'

export interface TokenVerifier {
  /** Never throws. */
  verify(token: string): Promise<Authentication>
}

export interface TokenVerifierOptions {
  readonly jwt: JwtConfig
  readonly clock: Clock
  readonly maxTokenBytes: number
  readonly maxTokenLifeMs: number
  /** Told why the keys could not be had; nobody else is. */
  readonly onKeysUnavailable?: (cause: unknown) => void
}

const sharedAlgorithms = ['HS256', 'HS384', 'HS512']
const publicAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const keysTimeoutMs = 5_000
const keysCooldownMs = 30_000
const keysMaxAgeMs = 600_000

export function createTokenVerifier({
  jwt,
  clock,
  maxTokenBytes,
  maxTokenLifeMs,
  onKeysUnavailable,
}: TokenVerifierOptions): TokenVerifier {
  const fitting = jwt.keys.type === 'secret' ? sharedAlgorithms : publicAlgorithms
  const algorithms = (jwt.algorithms ?? fitting).filter((name) => fitting.includes(name))
  const keyOf = keySource(jwt)

  return {
    async verify(token) {
      if (Buffer.byteLength(token) > maxTokenBytes) {
        return refuse('TOKEN_MALFORMED', { reason: `it is longer than ${maxTokenBytes} bytes` })
      }
      const algorithm = algorithmOf(token)
      if (algorithm === undefined) return refuse('TOKEN_MALFORMED', { reason: 'it has no readable header' })
      if (!algorithms.includes(algorithm))
        return refuse('TOKEN_ALGORITHM', { found: printable(algorithm), allowed: algorithms })
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          algorithms,
          clockTolerance: jwt.clockToleranceMs / 1_000,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp'],
          ...(jwt.issuer === undefined ? {} : { issuer: jwt.issuer }),
          ...(jwt.audience === undefined ? {} : { audience: jwt.audience }),
        })
        return lifeOf(payload, clock.now()) > maxTokenLifeMs
          ? refuse('TOKEN_LIFE', { maxTokenLifeMs })
          : identify(payload, jwt)
      } catch (error) {
        const refusal = refusalOf(error, jwt)
        if (!refusal.ok && refusal.failure.code === 'KEYS_UNAVAILABLE') onKeysUnavailable?.(error)
        return refusal
      }
    },
  }
}

function identify(payload: JWTPayload, jwt: JwtConfig): Authentication {
  const mapped = principalOf(payload, jwt.claims)
  if (!mapped.ok) return refuse('TOKEN_CLAIMS', { claim: mapped.claim, expected: mapped.expected })
  const { exp, iat, jti } = payload
  const identity = {
    principal: mapped.principal,
    expiresAt: exp === undefined ? null : exp * 1_000,
    ...(typeof iat === 'number' ? { issuedAt: Math.round(iat * 1_000) } : {}),
    ...(typeof jti === 'string' ? { tokenId: jti } : {}),
  }
  return { ok: true, identity }
}

/** From its issue, or, when it does not tell, from now. */
function lifeOf({ exp = 0, iat }: JWTPayload, now: number): number {
  return exp * 1_000 - (typeof iat === 'number' ? iat * 1_000 : now)
}

function keySource({ keys }: JwtConfig): JWTVerifyGetKey {
  switch (keys.type) {
    case 'secret': {
      const secret = new TextEncoder().encode(keys.secret.reveal())
      return async () => secret
    }
    case 'url':
      return createRemoteJWKSet(new URL(keys.url), {
        timeoutDuration: keysTimeoutMs,
        cooldownDuration: keysCooldownMs,
        cacheMaxAge: keysMaxAgeMs,
      })
    case 'set':
      return createLocalJWKSet({ keys: [...keys.jwks.keys] } as unknown as JSONWebKeySet)
    default:
      return keys satisfies never
  }
}

function refusalOf(error: unknown, jwt: JwtConfig): Authentication {
  if (error instanceof errors.JWTExpired) return refuse('TOKEN_EXPIRED', {})
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error, jwt)
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refuse('TOKEN_SIGNATURE', {})
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) return refuse('TOKEN_SIGNATURE', {})
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return refuse('TOKEN_MALFORMED', { reason: 'it is not in the compact form with a JSON payload' })
  }
  // What is left is about the keys: no answer, a time-out, or an answer that is no key set.
  return refuse('KEYS_UNAVAILABLE', {})
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed, jwt: JwtConfig): Authentication {
  switch (claim) {
    case 'iss':
      return refuse('TOKEN_ISSUER', { expected: jwt.issuer ?? '' })
    case 'aud':
      return refuse('TOKEN_AUDIENCE', { expected: jwt.audience ?? '' })
    case 'nbf':
      return reason === 'check_failed'
        ? refuse('TOKEN_NOT_YET_VALID', {})
        : refuse('TOKEN_CLAIMS', { claim, expected: 'a number of seconds' })
    default:
      return refuse('TOKEN_CLAIMS', { claim, expected: 'a number of seconds' })
  }
}

function algorithmOf(token: string): string | undefined {
  try {
    const { alg } = decodeProtectedHeader(token)
    return typeof alg === 'string' ? alg : undefined
  } catch {
    return undefined
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 32)
}

function refuse<C extends ServerErrorCode>(code: C, details: ServerErrorDetails[C]): Authentication {
  return { ok: false, failure: serverFailure(code, details) }
}
