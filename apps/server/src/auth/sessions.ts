/**
 * Development sessions: tokens that this server signs itself. The law: the secret is of its data folder, so that a restart
 * keeps people signed in, and nobody else can read it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import type { ClaimNames } from 'toolcrib/gateway'
import type { Principal } from 'toolcrib/protocol'
import { createSecret, type Secret } from '../config/secret.ts'
import type { JwtConfig } from '../config.ts'
import { ServerError } from '../errors.ts'

const issuer = 'toolcrib'

/** How this server's own session tokens are verified. */
export function sessionJwt(secret: Secret): JwtConfig {
  return { keys: { type: 'secret', secret }, issuer, audience: issuer, clockToleranceMs: 0, claims: {} }
}

/** The secret of a data folder, made at the first start and readable by its owner only. */
export async function sessionSecret(dataFolder: string): Promise<Secret> {
  const file = join(dataFolder, 'session.key')
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch(ignoreExisting)
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600)
    const secret = (await readFile(file, 'utf8')).trim()
    if (secret.length < 32)
      throw new Error(`"${file}" is too short to be a key; delete it, and everybody signs in again`)
    return createSecret(secret)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('DATA_FOLDER_UNUSABLE', { folder: dataFolder, reason }, { cause })
  }
}

export interface IssueOptions {
  readonly principal: Principal
  readonly ttlMs: number
  readonly now: number
  readonly issuer?: string
  readonly audience?: string
  /** Default HS256. */
  readonly algorithm?: string
  /** Under which names the verifier will look for what the token says. */
  readonly claims?: ClaimNames
}

/** A token signed with a shared secret. */
export async function issueToken(
  secret: Secret,
  { principal, ttlMs, now, issuer: by = issuer, audience = issuer, algorithm = 'HS256', claims = {} }: IssueOptions,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const { user, tenant, name, roles, scopes } = principal
  const issuedAt = Math.floor(now / 1_000)
  const expiresAt = issuedAt + Math.max(1, Math.floor(ttlMs / 1_000))
  const payload = {
    [claims.user ?? 'sub']: user,
    [claims.tenant ?? 'tenant']: tenant,
    [claims.roles ?? 'roles']: roles,
    [claims.scopes ?? 'scope']: scopes.join(' '),
    ...(name === undefined ? {} : { [claims.name ?? 'name']: name }),
  }
  const token = await new SignJWT(payload)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setSubject(user)
    .setIssuer(by)
    .setAudience(audience)
    .setJti(randomBytes(16).toString('base64url'))
    // To the millisecond, so that whoever signs in again in the same second as everywhere out is in.
    .setIssuedAt(now / 1_000)
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(secret.reveal()))
  return { token, expiresAt: expiresAt * 1_000 }
}

function ignoreExisting(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
  throw error
}
