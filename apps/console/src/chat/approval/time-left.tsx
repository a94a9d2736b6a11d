import { Clock } from 'lucide-react'
import { useEffect, useState } from 'react'

const MINUTE_MS = 60_000

/** How long an answer is taken, counting down. What counts is the server's word: this clock may differ from its. */
export function TimeLeft({ until }: { readonly until: number }) {
  const leftMs = until - useNow(until)
  return (
    <time
      dateTime={new Date(until).toISOString()}
      title={`Until ${new Date(until).toLocaleString()}`}
      className={`inline-flex items-center gap-1 tabular-nums ${leftMs < MINUTE_MS ? 'font-medium text-warn' : ''}`}
    >
      <Clock aria-hidden="true" className="size-3 shrink-0" />
      {leftMs <= 0 ? 'time is up' : `${describe(leftMs)} left`}
    </time>
  )
}

/** Looked at each second in the last minute, and each minute before. */
function useNow(until: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const leftMs = until - now
    if (leftMs <= 0) return
    const untilChange = leftMs <= MINUTE_MS ? 1_000 : leftMs % MINUTE_MS || MINUTE_MS
    const timer = setTimeout(() => setNow(Date.now()), untilChange)
    return () => clearTimeout(timer)
  }, [until, now])
  return now
}

function describe(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.ceil(ms / 1_000)} s`
  const minutes = Math.ceil(ms / MINUTE_MS)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
