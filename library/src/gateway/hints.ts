/**
 * Word for one peer that something changed. The law: each kind is told at once, and then at most once in `REST_MS`, so that
 * whoever asks again each time is not made to ask faster than they may by what others do. @module
 */
import type { Clock } from '../agent/ports.ts'

export interface Hints<H extends string> extends Disposable {
  /** What comes while one of its kind waits or rests is told with the next. */
  give(hint: H): void
}

export interface HintsOptions<H extends string> {
  readonly clock: Clock
  /** Calls back, once, when the peer has taken in all that was sent: one of a kind waits for it at most. */
  readonly whenRead: (then: () => void) => void
  readonly send: (hint: H) => void
}

const REST_MS = 250

interface Kind {
  /** Unset while it waits to be sent. */
  rest?: Disposable
  isDue: boolean
}

export function createHints<H extends string>({ clock, whenRead, send }: HintsOptions<H>): Hints<H> {
  const kinds = new Map<H, Kind>()
  let closed = false

  function tell(hint: H): void {
    const kind: Kind = { isDue: false }
    kinds.set(hint, kind)
    whenRead(() => {
      if (closed) return
      kind.rest = clock.setTimeout(() => end(hint, kind), REST_MS)
      send(hint)
    })
  }

  function end(hint: H, { isDue }: Kind): void {
    kinds.delete(hint)
    if (isDue) tell(hint)
  }

  return {
    give(hint) {
      const kind = kinds.get(hint)
      if (kind === undefined) tell(hint)
      else kind.isDue = kind.rest !== undefined
    },
    [Symbol.dispose]() {
      closed = true
      for (const { rest } of kinds.values()) rest?.[Symbol.dispose]()
      kinds.clear()
    },
  }
}
