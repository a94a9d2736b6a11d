/**
 * `toolcrib token`: signs a token for a user with this server's own secret; `toolcrib token revoke` takes tokens back.
 *
 * @module
 */
import type { ClaimNames } from 'toolcrib/gateway'
import { issueToken, sessionSecret } from '../auth/sessions.ts'
import type { Secret } from '../config/secret.ts'
import type { ServerConfig } from '../config.ts'
import { CliError } from './errors.ts'
import { parseOptions, textOption } from './options.ts'
import { configOf, settingRules } from './settings.ts'
import { type Command, exitCodes, print } from './terminal.ts'
import { revoke } from './token/revoke.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const maxTtlMs = 365 * 86_400_000

export const token: Command = async (terminal) => {
  const [first, ...args] = terminal.args
  if (first === 'revoke') return revoke({ ...terminal, args })
  const parsed = parseOptions(
    terminal.args,
    settingRules('user', 'tenant', 'name', 'roles', 'scopes', 'ttl', 'config', 'data'),
  )
  const user = textOption(parsed, 'user')
  if (user === undefined || user === '') throw usage('Expected --user, the one the token is for')
  const ttlMs = parseTtl(textOption(parsed, 'ttl') ?? '1h')
  const name = textOption(parsed, 'name')
  const principal = {
    user,
    tenant: textOption(parsed, 'tenant') ?? 'local',
    roles: words(textOption(parsed, 'roles') ?? 'user'),
    scopes: words(textOption(parsed, 'scopes') ?? ''),
    ...(name === undefined ? {} : { name }),
  }

  const { secret, ...parties } = await signer(await configOf(terminal, parsed))
  const issued = await issueToken(secret, { principal, ttlMs, now: Date.now(), ...parties })
  print(terminal.stdout, issued.token)
  return exitCodes.done
}

interface Signer {
  readonly secret: Secret
  readonly issuer?: string
  readonly audience?: string
  readonly algorithm?: string
  readonly claims?: ClaimNames
}

async function signer({ auth, dataFolder }: ServerConfig): Promise<Signer> {
  const { jwt } = auth
  if (jwt === null) return { secret: await sessionSecret(dataFolder) }
  if (jwt.keys.type !== 'secret') {
    throw usage('The tokens of this server are signed by its issuer, whose private key is not here; ask the issuer')
  }
  return {
    secret: jwt.keys.secret,
    claims: jwt.claims,
    ...(jwt.algorithms?.[0] === undefined ? {} : { algorithm: jwt.algorithms[0] }),
    ...(jwt.issuer === undefined ? {} : { issuer: jwt.issuer }),
    ...(jwt.audience === undefined ? {} : { audience: jwt.audience }),
  }
}

function parseTtl(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ttlMs = Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN)
  if (ttlMs >= 1_000 && ttlMs <= maxTtlMs) return ttlMs
  throw usage(`Expected --ttl to be a duration from 1s to 365d, such as 90s, 15m, 1h or 30d, got "${text}"`)
}

function words(text: string): readonly string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
}

function usage(problem: string): CliError<'USAGE'> {
  return new CliError('USAGE', { problem })
}
