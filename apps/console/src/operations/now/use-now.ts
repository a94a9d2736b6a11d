/** The readings of the house, asked for every second while somebody looks; what was fetched once is not fetched again. */
import { useEffect, useState } from 'react'
import type { NowReading, NowReport } from 'toolcrib/operations'
import { operations } from '../ask.ts'

export interface NowState {
  readonly readings: readonly NowReading[]
  readonly waiting: NowReport['waiting']
  /** The server's time at its last answer. */
  readonly at: number
  /** When that came, as the clock here has it; null: none yet. */
  readonly heardAt: number | null
  /** Why the last question had no answer. */
  readonly error: Error | null
}

const nothing: NowState = { readings: [], waiting: null, at: 0, heardAt: null, error: null }
const everyMs = 1_000

export function useNow(paused: boolean): NowState {
  const [state, setState] = useState(nothing)
  const [cursor] = useState<{ at?: string }>({})

  useEffect(() => {
    if (paused) return
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined

    async function ask(): Promise<void> {
      try {
        const report = await operations.ask('now', cursor.at === undefined ? {} : { after: cursor.at }, ended)
        cursor.at = report.cursor
        setState((before) => heard(before, report))
      } catch (error) {
        if (ended.signal.aborted) return
        setState((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }))
      }
      if (!ended.signal.aborted && !document.hidden) timer = setTimeout(() => void ask(), everyMs)
      else timer = undefined
    }

    const onVisible = () => {
      if (document.hidden || timer !== undefined) return
      timer = setTimeout(() => void ask(), 0)
    }
    document.addEventListener('visibilitychange', onVisible)
    timer = setTimeout(() => void ask(), 0)
    return () => {
      ended.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [paused, cursor])

  return state
}

function heard(before: NowState, { readings, whole, waiting, at, maxReadings }: NowReport): NowState {
  // What was seen of a server before it was started anew stays, as far as its clock can tell it apart.
  const first = readings[0]?.at ?? at
  const earlier = whole ? before.readings.filter((reading) => reading.at < first) : before.readings
  const kept = [...earlier, ...readings].slice(-maxReadings)
  return { readings: kept, waiting, at, heardAt: Date.now(), error: null }
}
