/** Why something was not done, in words for a person. */

/** @param otherwise - For what says nothing of itself. */
export function problemOf(error: unknown, otherwise: string): string {
  if (!(error instanceof Error)) return otherwise
  const known = 'code' in error && typeof error.code === 'string' ? inWords.get(error.code) : undefined
  return known ?? error.message
}

/** Where the server's own words speak of runs and threads. */
const inWords: ReadonlyMap<string, string> = new Map([
  [
    'THREAD_BUSY',
    'An answer is still being written in this chat. Wait until it is complete, or stop it; then send again.',
  ],
])
