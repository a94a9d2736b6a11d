/**
 * The secrets among the arguments of one call, kept out of what is said about it. The law: a value that was hidden in the
 * log is not told to log or model by an error, an output or a complaint that quotes it.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import { unescapePointer } from '../tool/json.ts'
import { redacted } from '../tool/secret-keys.ts'
import type { Issue } from '../tool/tool.ts'

export interface Concealment {
  /** Whether there is anything to hide. */
  readonly hides: boolean
  /** Words about the call; a secret that was cut off at their end included. */
  readonly text: (text: string) => string
  readonly issues: (issues: readonly Issue[]) => readonly Issue[]
  /** What the call gave. Only long secrets are looked for: data that happens to hold `true` or `1234` stays what it is. */
  readonly value: (value: JsonValue) => JsonValue
  /** An error as the server's log may have it. */
  readonly error: (error: unknown) => unknown
}

const MIN_IN_WORDS = 3
const MIN_IN_DATA = 8
/** More than a call has: past it, nothing more is looked for than the first so many. */
const MAX_SECRETS = 64

const nothing: Concealment = {
  hides: false,
  text: (text) => text,
  issues: (issues) => issues,
  value: (value) => value,
  error: (error) => error,
}

/** `shown` is `original` as its schema redacts it, which is the very same value when there is nothing to hide. */
export function conceal(original: JsonValue, shown: JsonValue): Concealment {
  if (shown === original) return nothing
  const secrets = new Set<string>()
  collectHidden(original, shown, secrets)
  const words = spellings(secrets, MIN_IN_WORDS)
  const data = spellings(secrets, MIN_IN_DATA)
  const text = (said: string): string => replaceCut(replaceAll(said, words), words)

  return {
    hides: true,
    text,
    issues: (issues) => issues.map(({ path, message }) => ({ path: shownPath(path, shown), message: text(message) })),
    value: (value) => replaceIn(value, data),
    error: (error) => {
      if (!(error instanceof Error)) return typeof error === 'string' ? text(error) : error
      const told = new Error(text(String(error.message)))
      told.name = error.name
      told.stack = text(String(error.stack))
      return told
    },
  }
}

/** Down to what is hidden and no further: names may be as secret as what they stand for. */
function shownPath(path: string, shown: JsonValue): string {
  let part: JsonValue | undefined = shown
  let end = 0
  for (const segment of path.split('/').slice(1)) {
    if (part === redacted) return path.slice(0, end)
    end += segment.length + 1
    const key = unescapePointer(segment)
    part = typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? (part as JsonObject)[key] : undefined
  }
  return path
}

function collectHidden(original: JsonValue, shown: JsonValue | undefined, into: Set<string>): void {
  if (original === shown || into.size >= MAX_SECRETS) return
  if (typeof original !== 'object' || original === null) {
    if (typeof original === 'string' || typeof original === 'number') into.add(String(original))
    return
  }
  const below = shown !== null && typeof shown === 'object' ? (shown as JsonObject) : undefined
  for (const [key, value] of Object.entries(original)) collectHidden(value, below?.[key], into)
}

/** As it is, as JSON writes it and as an address does; the longest first, so that none is left by half. */
function spellings(secrets: ReadonlySet<string>, least: number): readonly string[] {
  const spelled = [...secrets]
    .filter((secret) => secret.length >= least && secret !== redacted)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())])
  return [...new Set(spelled)].sort((a, b) => b.length - a.length)
}

function replaceAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((said, secret) => said.replaceAll(secret, () => redacted), text)
}

/** Words are cut when they are long, and a secret with them. */
function replaceCut(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length >= MIN_IN_DATA; length--) {
      if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}${redacted}`
    }
  }
  return text
}

function replaceIn(value: JsonValue, secrets: readonly string[]): JsonValue {
  if (secrets.length === 0) return value
  if (typeof value === 'string') return replaceAll(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: JsonValue) => replaceIn(item, secrets))
  const entries = Object.entries(value).map(([key, item]) => [replaceAll(key, secrets), replaceIn(item, secrets)])
  return Object.fromEntries(entries) as JsonObject
}
