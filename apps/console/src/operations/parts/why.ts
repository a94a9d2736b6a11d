/** Why there is no answer, in a sentence for people. */
export function whyOf(error: Error): string {
  const isSilent = 'code' in error ? error.code === 'CONNECTION_LOST' : error.name === 'TimeoutError'
  return isSilent ? 'The server does not answer.' : error.message
}
