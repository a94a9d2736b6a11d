/**
 * Ids are minted by the server from 122 random bits, so that none can be guessed from another.
 *
 * @module
 */

export type IdPrefix = 'thr' | 'run' | 'msg' | 'call' | 'apr' | 'con' | 'out' | 'rec' | 'att' | 'node'

/** Such as `thr_1f0c…`: the prefix tells a reader what it is, and is never used to decide anything. */
export function createId(prefix: IdPrefix): string {
  return `${prefix}_${globalThis.crypto.randomUUID().replaceAll('-', '')}`
}
