/**
 * Who waits for a process. The law: askers take turns, however much each of them asks for.
 *
 * @module
 */

export interface FairQueueOptions {
  /** Items that may wait. */
  readonly max: number
  /** Of one asker. */
  readonly maxEach: number
  /** What one asker may have in work at once. */
  readonly share: number
}

export interface FairQueue<T extends { readonly asker: string }> {
  /** How many wait before it, of the asker or of all, when they are too many for one more. */
  refusal(asker: string): number | undefined
  add(item: T): void
  /** Whether it was there. */
  remove(item: T): boolean
  /** The next of whoever has the fewest in work; none while all who wait have their share. Then it is the others' turn. */
  take(inWork: readonly T[]): T | undefined
  /** The next in line, whoever has what in work. */
  shift(): T | undefined
  /** How many of those that wait could be in work now. */
  takeable(inWork: readonly T[]): number
}

export function createFairQueue<T extends { readonly asker: string }>(options: FairQueueOptions): FairQueue<T> {
  const { max, maxEach, share } = options
  let line: readonly T[] = []
  const of = (items: readonly T[], asker: string): readonly T[] => items.filter((item) => item.asker === asker)

  const served = (item: T): T => {
    const rest = line.filter((other) => other !== item)
    line = [...rest.filter((other) => other.asker !== item.asker), ...of(rest, item.asker)]
    return item
  }

  return {
    refusal(asker) {
      const own = of(line, asker).length
      if (own >= maxEach) return own
      return line.length >= max ? line.length : undefined
    },
    add(item) {
      line = [...line, item]
    },
    remove(item) {
      const before = line.length
      line = line.filter((other) => other !== item)
      return line.length < before
    },
    take(inWork) {
      let first: T | undefined
      let fewest = share
      for (const item of line) {
        const { length } = of(inWork, item.asker)
        if (length >= fewest) continue
        first = item
        fewest = length
      }
      return first && served(first)
    },
    shift() {
      const [first] = line
      return first && served(first)
    },
    takeable(inWork) {
      const asking = Map.groupBy(line, (item) => item.asker)
      return [...asking].reduce((sum, [asker, own]) => sum + Math.min(own.length, share - of(inWork, asker).length), 0)
    },
  }
}
