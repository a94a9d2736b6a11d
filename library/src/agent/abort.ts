/**
 * Waiting for something that may never come, without leaving a listener behind.
 *
 * @module
 */

/** What `value` becomes, or undefined when the signal is aborted first. A value that is no promise comes at once. */
export function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal): T | Promise<T | undefined> {
  if (!(value instanceof Promise)) return value
  if (signal.aborted) {
    value.catch(() => {})
    return Promise.resolve(undefined)
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
