/** Which scopes are open in the tree: as they are at first, and then as somebody left them. */
import { useMemo, useState } from 'react'
import type { ScopeReport } from 'toolcrib/operations'

/** An address holds only so many. */
const MAX_OPEN = 500
const ALL = 'all'
/** Listed right below one scope, and so many more each time. */
const STEP = 200
const MOST = 2_000

export interface Opened {
  /** As the server is asked. */
  readonly query: string | undefined
  readonly all: boolean
  /** How many are asked for right below one scope. */
  readonly most: number
  /** Undefined: there is no more of that. */
  readonly showMore: (() => void) | undefined
  readonly isOpen: (scope: ScopeReport, level: number) => boolean
  readonly toggle: (scope: ScopeReport, open: boolean) => void
  readonly openAll: () => void
  readonly closeAll: () => void
}

export function useOpened(isFinding: boolean): Opened {
  const [all, setAll] = useState(false)
  const [most, setMost] = useState(STEP)
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map())

  return useMemo(() => {
    const opened = [...chosen].filter(([, open]) => open).map(([id]) => id)
    return {
      query: all ? ALL : opened.length === 0 ? undefined : opened.slice(-MAX_OPEN).join(','),
      all,
      most,
      showMore: most < MOST ? () => setMost(Math.min(MOST, most + STEP)) : undefined,
      isOpen: (scope, level) => chosen.get(scope.id) ?? (all || level <= 2 || (isFinding && scope.children.length > 0)),
      toggle: ({ id }, open) => setChosen((before) => new Map([...before, [id, open]])),
      openAll() {
        setAll(true)
        setChosen(new Map())
      },
      closeAll() {
        setAll(false)
        setMost(STEP)
        setChosen(new Map())
      },
    }
  }, [all, most, chosen, isFinding])
}
