/** Why there is no answer, in a sentence for people. */
export function whyOf(error: Error): string {
  if ('code' in error && error.code === 'CONNECTION_LOST') return 'The server does not answer.'
  return /[.!?]$/.test(error.message) ? error.message : `${error.message}.`
}
