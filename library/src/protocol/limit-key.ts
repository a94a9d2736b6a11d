/** What tells one limit from another. The law: two limits are the same exactly when they have one key. @module */
import type { LimitFacts } from './vocabulary.ts'

export function limitKey({ name, per, window, tool }: LimitFacts): string {
  return JSON.stringify([name, per, window, tool])
}
