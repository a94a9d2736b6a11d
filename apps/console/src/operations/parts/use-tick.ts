import { useEffect, useState } from 'react'

/** The time here, renewed so often for as long as it is on. */
export function useTick(everyMs: number, isOn = true): number {
  const [time, setTime] = useState(() => Date.now())
  useEffect(() => {
    if (!isOn) return undefined
    setTime(Date.now())
    const timer = setInterval(() => setTime(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, isOn])
  return time
}
