/** The server's time, ticking: its last word, and how long that is ago here. */
import { useEffect, useState } from 'react'

export function useServerTime(at: number | undefined): number {
  const [base, setBase] = useState({ at: at ?? 0, heardAt: Date.now() })
  const [now, setNow] = useState(() => Date.now())

  useEffect(() => {
    if (at !== undefined) setBase({ at, heardAt: Date.now() })
  }, [at])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])

  return base.at + Math.max(0, now - base.heardAt)
}
