/**
 * Order where it matters. The law: what concerns one thread happens in the order it was asked for; nothing else waits.
 * @module
 */

export interface Lanes {
  /** Runs after all that was given for the same lane before; at once when there is nothing, or without a lane. */
  run(lane: string | undefined, work: () => Promise<void>): Promise<void>
}

export function createLanes(): Lanes {
  const last = new Map<string, Promise<void>>()
  return {
    run(lane, work) {
      if (lane === undefined) return work()
      const before = last.get(lane)
      const mine = before === undefined ? work() : before.then(work, work)
      last.set(lane, mine)
      const leave = (): void => {
        if (last.get(lane) === mine) last.delete(lane)
      }
      mine.then(leave, leave)
      return mine
    },
  }
}
