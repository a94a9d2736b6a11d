/** A wait that ends: what has not come by then never will. @module */

/** Generous, for machines that are busy with other things. */
const patienceMs = 30_000

export async function within<T>(waited: Promise<T>, what: string, state: () => string = () => ''): Promise<T> {
  const late = Promise.withResolvers<never>()
  const giveUp = (): void => late.reject(new Error(`Waited ${patienceMs} ms in vain for ${what}; ${state()}`))
  const timer = setTimeout(giveUp, patienceMs)
  try {
    return await Promise.race([waited, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
