/** The server's time, ticking: its last word, and how long that is ago here. */
import { useEffect, useState } from 'react'
import { useTick } from '../parts/use-tick.ts'

export function useServerTime(at: number | undefined): number {
  const [base, setBase] = useState({ at: at ?? 0, heardAt: Date.now() })
  const now = useTick(1_000)

  useEffect(() => {
    if (at !== undefined) setBase({ at, heardAt: Date.now() })
  }, [at])

  return base.at + Math.max(0, now - base.heardAt)
}
