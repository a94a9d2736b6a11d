import { useEffect, useState } from 'react'

/** The time here, renewed so often. */
export function useTick(everyMs: number): number {
  const [time, setTime] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setTime(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return time
}
