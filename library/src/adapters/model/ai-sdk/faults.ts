/**
 * What went wrong with one request, told apart by status and error code, and by an error's words only where its provider
 * has no code for it. Nothing that holds the key, the request's body or its headers goes on from here, not even as a cause.
 *
 * @module
 */
import { ModelError } from '../../../agent/errors.ts'

export interface Fault {
  readonly kind:
    | 'unreachable'
    | 'key_refused'
    | 'not_found'
    | 'rate_limited'
    | 'overloaded'
    | 'refused'
    | 'too_long'
    | 'cut'
    | 'bad_response'
    | 'failed'
  /** Whether the same request may be made again. */
  readonly again: boolean
  /** HTTP status; 0 when there was none. */
  readonly status: number
  /** Short, without secrets. */
  readonly detail: string
  /** Scheme, host and port of the provider, if known. */
  readonly address?: string
  /** How long the provider asks to wait. */
  readonly waitMs?: number
  readonly cause: Error
}

/** Contract: answers a text without any secret. */
export type Scrub = (text: string) => string

const MAX_DETAIL_LENGTH = 300
const MAX_CAUSES = 8

/** Hides the given secrets, and whatever looks like a key. */
export function createScrub(secrets: readonly string[]): Scrub {
  const known = secrets.filter((secret) => secret !== '').flatMap((secret) => [secret, encodeURIComponent(secret)])
  return (text) => {
    let clean = text
    for (const secret of known) clean = clean.replaceAll(secret, '[key]')
    return clean.replace(/\b(Bearer\s+|(?:sk|pk|rk|key|gsk|xai)[-_]|AIza)[\w.*-]{6,}/gi, '[key]')
  }
}

export function readFault(
  error: unknown,
  options: { readonly scrub: Scrub; readonly now: number; readonly begun: boolean },
): Fault {
  const { scrub, now, begun } = options
  const chain = causesOf(error)
  const status = first(chain, statusOf) ?? 0
  const address = first(chain, (link) => originOf(link.url))
  const waitMs = first(chain, (link) => waitOf(link.responseHeaders, now))
  const detail = scrub(first(chain, messageOf) ?? 'no reason given').slice(0, MAX_DETAIL_LENGTH)
  const cause = new Error(`${nameOf(error)}: ${detail}`)
  const seen = {
    status,
    detail,
    cause,
    ...(address === undefined ? {} : { address }),
    ...(waitMs === undefined ? {} : { waitMs }),
  }
  const final = first(chain, (link) => (typeof link.isRetryable === 'boolean' ? link.isRetryable : undefined)) === false

  if (status === 401 || status === 403 || hasReason(chain, 'API_KEY_INVALID')) {
    return { ...seen, kind: 'key_refused', again: false }
  }
  if (status === 404 || chain.some((link) => link.name === 'AI_NoSuchModelError')) {
    return { ...seen, kind: 'not_found', again: false }
  }
  // A quota that is used up is a 429 too, and waiting does not fill it.
  if (status === 429) return { ...seen, kind: 'rate_limited', again: !final && !hasReason(chain, 'insufficient_quota') }
  if (status >= 500) return { ...seen, kind: 'overloaded', again: true }
  if (status === 408 || status === 409) return { ...seen, kind: 'overloaded', again: true }
  if (isTooLong(chain, status)) return { ...seen, kind: 'too_long', again: false }
  if (status >= 400) return { ...seen, kind: 'refused', again: false }
  // Nobody follows it: the key and the conversation were meant for this address.
  if (status >= 300) return { ...seen, detail: 'it redirects to another address', kind: 'refused', again: false }
  const unusable = chain.find((link) => link.name === 'ProviderAnswerError')
  if (unusable !== undefined) {
    return { ...seen, detail: messageOf(unusable) ?? detail, kind: 'bad_response', again: false }
  }
  if (chain.some((link) => typeof link.name === 'string' && unreadable.has(link.name))) {
    return { ...seen, kind: 'bad_response', again: true }
  }
  const network = first(chain, networkCodeOf)
  if (network !== undefined || chain.some((link) => link.name === 'AI_APICallError')) {
    return { ...seen, detail: network ?? detail, kind: begun || status >= 200 ? 'cut' : 'unreachable', again: true }
  }
  return { ...seen, kind: 'failed', again: false }
}

/** A fault that no exception told of. */
export function faultOf(kind: Fault['kind'], detail: string): Fault {
  return { kind, detail, again: true, status: 0, cause: new Error(detail) }
}

export function modelErrorOf(
  fault: Fault,
  told: { readonly model: string; readonly provider: string; readonly attempts: number },
): ModelError {
  const { model, attempts } = told
  const { status, detail } = fault
  const options = { cause: fault.cause }
  switch (fault.kind) {
    case 'unreachable':
      return new ModelError('MODEL_UNREACHABLE', { model, address: fault.address ?? told.provider }, options)
    case 'key_refused':
      return new ModelError('MODEL_KEY_REFUSED', { model, status }, options)
    case 'not_found':
      return new ModelError('MODEL_NOT_FOUND', { model }, options)
    case 'rate_limited':
      return new ModelError('MODEL_RATE_LIMITED', { model, attempts }, options)
    case 'overloaded':
      return new ModelError('MODEL_OVERLOADED', { model, status, attempts }, options)
    case 'refused':
      return new ModelError('MODEL_REQUEST_REFUSED', { model, status, detail }, options)
    case 'too_long':
      return new ModelError('MODEL_CONTEXT_EXCEEDED', { model }, options)
    case 'cut':
      return new ModelError('MODEL_STREAM_CUT', { model }, options)
    case 'bad_response':
      return new ModelError('MODEL_BAD_RESPONSE', { model, detail }, options)
    case 'failed':
      return new ModelError('MODEL_FAILED', { model }, options)
    default:
      return fault.kind satisfies never
  }
}

type Link = { readonly [key: string]: unknown }

const unreadable = new Set([
  'AI_JSONParseError',
  'AI_TypeValidationError',
  'AI_InvalidResponseDataError',
  'AI_EmptyResponseBodyError',
  'AI_NoContentGeneratedError',
])

/** The error and its causes; a thing that is no object has none. */
function causesOf(error: unknown): readonly Link[] {
  const chain: Link[] = []
  let link: unknown = error
  while (typeof link === 'object' && link !== null && chain.length < MAX_CAUSES) {
    const seen = link as Link & { readonly cause?: unknown; readonly errors?: unknown }
    chain.push(seen)
    // Node gathers the failures of all of a name's addresses in one error.
    link = seen.cause ?? (Array.isArray(seen.errors) ? seen.errors[0] : undefined)
  }
  return chain
}

const wordsForTooLong =
  /prompt is too long|input token count.*exceeds|maximum (context|prompt) length|exceed context limit/i

/**
 * OpenAI and llama.cpp have a reason for it. Anthropic, Google, xAI and vLLM answer like to any other bad request, and only their
 * words say what was bad. A wrong guess costs one summary, and a missed one is a request that was refused.
 */
function isTooLong(chain: readonly Link[], status: number): boolean {
  if (hasReason(chain, 'context_length_exceeded') || hasReason(chain, 'exceed_context_size_error')) return true
  return (status === 400 || status === 413) && chain.some((link) => wordsForTooLong.test(messageOf(link) ?? ''))
}

function first<T>(chain: readonly Link[], read: (link: Link) => T | undefined): T | undefined {
  for (const link of chain) {
    const found = read(link)
    if (found !== undefined) return found
  }
  return undefined
}

function statusOf(link: Link): number | undefined {
  if (typeof link.statusCode === 'number') return link.statusCode
  // An error frame in a stream of an OpenAI-compatible server carries the status as its code.
  return typeof link.code === 'number' && link.code >= 400 && link.code < 600 ? link.code : undefined
}

function originOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  return new URL(url).origin
}

function waitOf(headers: unknown, now: number): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const { 'retry-after-ms': exact, 'retry-after': after } = headers as { readonly [name: string]: unknown }
  const exactMs = typeof exact === 'string' ? Number.parseFloat(exact) : Number.NaN
  if (exactMs >= 0) return exactMs
  if (typeof after !== 'string') return undefined
  const seconds = Number(after)
  if (after.trim() !== '' && seconds >= 0) return seconds * 1000
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function messageOf(link: Link): string | undefined {
  return typeof link.message === 'string' && link.message.trim() !== '' ? link.message : undefined
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error'
}

function networkCodeOf(link: Link): string | undefined {
  const { code } = link
  return typeof code === 'string' && /^(E[A-Z_]{3,}|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+)$/.test(code)
    ? code
    : undefined
}

/** Whether the provider's error body gives this machine-readable reason. */
function hasReason(chain: readonly Link[], reason: string): boolean {
  return chain.some(
    (link) =>
      link.code === reason ||
      link.type === reason ||
      (typeof link.responseBody === 'string' && link.responseBody.includes(`"${reason}"`)),
  )
}
