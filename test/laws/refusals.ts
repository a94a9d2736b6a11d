/**
 * What an attempt was refused with. The law: the code is compared, and never the message.
 *
 * @module
 */

/** `ok`, or the code of what was thrown. */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt()
    return 'ok'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `no code: ${String(error)}`
  }
}
