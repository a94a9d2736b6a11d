/**
 * Counts what happens, so that a fault comes at a generated moment and not at a time. The law: a fault whose moment does
 * not come comes all the same, when nothing else happens any more.
 *
 * @module
 */
import type { Happening, Moment } from './plan.ts'

export interface Happenings {
  note(what: Happening): void
  /** Resolves at the moment, counted from now. */
  until(moment: Moment): Promise<void>
  /** Resolves when the next fault is over; at once when none is to come. */
  afterFault(): Promise<void>
  faultIsOver(): void
  noMoreFaults(): void
}

/** Longer than a tool works, a model stalls or a run waits to be taken over while people wait for it. */
const silenceMs = 1_700

export function createHappenings(): Happenings {
  let waiting: (() => void)[] = []
  let faultsToCome = true
  let next: { readonly what: Happening; left: number; readonly come: () => void } | undefined
  let silence: NodeJS.Timeout | undefined

  function come(): void {
    clearTimeout(silence)
    const due = next
    next = undefined
    due?.come()
  }

  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  return {
    note(what) {
      if (next === undefined) return
      silence?.refresh()
      if (next.what === what) next.left -= 1
      if (next.left <= 0) come()
    },
    until({ what, nth }) {
      return new Promise((resolve) => {
        next = { what, left: nth, come: resolve }
        silence = setTimeout(come, silenceMs)
      })
    },
    async afterFault() {
      if (faultsToCome) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    faultIsOver: wake,
    noMoreFaults() {
      faultsToCome = false
      wake()
    },
  }
}
