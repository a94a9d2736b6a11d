/** Which scopes are open in the tree: as they are at first, and then as somebody left them. */
import { useMemo, useState } from 'react'
import type { ScopeReport } from 'toolcrib/operations'

/** An address holds only so many. */
const MAX_OPEN = 500
const ALL = 'all'

export interface Opened {
  /** As the server is asked. */
  readonly query: string | undefined
  readonly all: boolean
  readonly isOpen: (scope: ScopeReport, level: number) => boolean
  readonly toggle: (scope: ScopeReport, open: boolean) => void
  readonly openAll: () => void
  readonly closeAll: () => void
}

export function useOpened(isFinding: boolean): Opened {
  const [all, setAll] = useState(false)
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map())

  return useMemo(() => {
    const opened = [...chosen].filter(([, open]) => open).map(([id]) => id)
    return {
      query: all ? ALL : opened.length === 0 ? undefined : opened.slice(-MAX_OPEN).join(','),
      all,
      isOpen: (scope, level) => chosen.get(scope.id) ?? (all || level <= 2 || (isFinding && scope.children.length > 0)),
      toggle: ({ id }, open) => setChosen((before) => new Map([...before, [id, open]])),
      openAll() {
        setAll(true)
        setChosen(new Map())
      },
      closeAll() {
        setAll(false)
        setChosen(new Map())
      },
    }
  }, [all, chosen, isFinding])
}
