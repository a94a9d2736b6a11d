/** Why there is no answer, in a sentence for people. */
export function whyOf(error: Error): string {
  return 'code' in error && error.code === 'CONNECTION_LOST' ? 'The server does not answer.' : error.message
}
