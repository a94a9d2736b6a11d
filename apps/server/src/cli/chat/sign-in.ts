/**
 * Signs a terminal in: with a token that was given, or by name where the server lets people in by name.
 *
 * @module
 */
import type { Failure } from 'toolcrib/protocol'
import { CliError, ServerRefusal } from '../errors.ts'

const answerTimeoutMs = 10_000

export interface SignedIn {
  readonly socketUrl: string
  readonly token: string
  /** A new single-use ticket, for each time the socket is opened. */
  ticket(): Promise<string>
  /** The body of the answer. Rejects like {@link signIn}. */
  post(path: string, body: object): Promise<Record<string, unknown>>
}

export interface SignInOptions {
  readonly url: string
  readonly name: string
  readonly token: string | undefined
}

/** @throws {@link CliError}, and {@link ServerRefusal} with the server's own code. */
export async function signIn({ url, name, token: given }: SignInOptions): Promise<SignedIn> {
  const base = baseOf(url)
  const token = given ?? (await signInByName())
  const socketUrl = new URL('/v1/socket', base)
  socketUrl.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'

  return {
    socketUrl: socketUrl.href,
    token,
    async ticket() {
      const { ticket } = await post('/v1/tickets', {}, token)
      if (typeof ticket !== 'string') throw new CliError('NOT_TOOLCRIB', { origin: base.origin, status: 200 })
      return ticket
    },
    post: (path, body) => post(path, body, token),
  }

  async function signInByName(): Promise<string> {
    const answer = await post('/v1/sign-in', { name })
    if (typeof answer.token === 'string') return answer.token
    throw new CliError('NOT_TOOLCRIB', { origin: base.origin, status: 200 })
  }

  async function post(path: string, body: object, bearer?: string): Promise<Record<string, unknown>> {
    const response = await fetch(new URL(path, base), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    }).catch((cause: unknown) => {
      throw new CliError('SERVER_UNREACHABLE', { origin: base.origin }, { cause })
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok && isObject(answer)) return answer
    throw refusalOf(isObject(answer) ? answer.error : undefined, response.status, base)
  }
}

function refusalOf(failure: unknown, status: number, { origin }: URL): Error {
  if (!isFailure(failure)) return new CliError('NOT_TOOLCRIB', { origin, status })
  const hint = failure.code === 'SIGN_IN_DISABLED' ? ', and give it with --token or TOOLCRIB_TOKEN' : ''
  return new ServerRefusal(failure.code, `${failure.message}${hint}`)
}

function isFailure(value: unknown): value is Pick<Failure, 'code' | 'message'> {
  return isObject(value) && typeof value.code === 'string' && typeof value.message === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined
  if (base !== undefined && /^https?:$/.test(base.protocol)) return base
  throw new CliError('URL_INVALID', { url })
}
