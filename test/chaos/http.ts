/** The HTTP side of the server, as a person without a socket uses it. @module */
import type { Failure, LoggedEvent } from 'toolcrib/protocol'

/** A refusal, with the server's own code and advice. */
export class Refused extends Error {
  readonly code: string
  readonly retry: string

  constructor({ code, message, retry }: Pick<Failure, 'code' | 'message' | 'retry'>) {
    super(message)
    this.code = code
    this.retry = retry
  }
}

const requestPatienceMs = 10_000

export async function getJson<T>(url: string, token: string): Promise<T> {
  return read<T>(await fetch(url, { headers: bearer(token), signal: AbortSignal.timeout(requestPatienceMs) }))
}

export async function postJson<T>(url: string, body: unknown, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : bearer(token)) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(requestPatienceMs),
  })
  return read<T>(response)
}

/** The whole log, a page at a time. */
export async function readLog(url: string, token: string, threadId: string): Promise<readonly LoggedEvent[]> {
  const log: LoggedEvent[] = []
  for (;;) {
    const after = log.at(-1)?.seq ?? 0
    const { events } = await getJson<{ readonly events: readonly LoggedEvent[] }>(
      `${url}/v1/threads/${threadId}/events?after=${after}`,
      token,
    )
    if (events.length === 0) return log
    log.push(...events)
  }
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { readonly error?: Failure }
  if (!response.ok) throw new Refused(body.error ?? { code: `HTTP_${response.status}`, message: '', retry: 'later' })
  return body
}
