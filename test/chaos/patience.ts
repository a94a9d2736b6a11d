/**
 * Trying again what may succeed later, as a person does whose server is away. The law: it is given up when the round is.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'

const firstWaitMs = 20
const lastWaitMs = 250

/** @throws what `attempt` throws when that says `retry: 'never'`, and the signal's reason. */
export async function persist<T>(attempt: () => Promise<T>, { signal, onRefused }: PersistOptions): Promise<T> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, lastWaitMs)) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      const code = codeOf(error)
      if (code !== undefined) onRefused?.(code)
      if (isFinal(error)) throw error
    }
    await delay(waitMs, undefined, { signal })
  }
}

export interface PersistOptions {
  readonly signal: AbortSignal
  readonly onRefused?: (code: string) => void
}

/** Polls until it is so. Resolves with false when it was not so in time. */
export async function becomes(isSo: () => Promise<boolean> | boolean, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs
  for (;;) {
    if (await isSo()) return true
    if (performance.now() > until) return false
    await delay(firstWaitMs)
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function isFinal(error: unknown): boolean {
  return error instanceof Error && 'retry' in error && error.retry === 'never'
}
