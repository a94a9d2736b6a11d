/** A run and all of its events so far, read page by page; while it is at work, what comes is added. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { RunSummary } from 'toolcrib/operations'
import type { LoggedEvent } from 'toolcrib/protocol'
import { operations } from '../ask.ts'

export interface RunLog {
  readonly run: RunSummary
  readonly currency: string
  readonly events: readonly LoggedEvent[]
  readonly readTo: number
  /** Everything there was when it was asked. */
  readonly whole: boolean
}

const everyMs = 1_000

export function useRun(runId: string): UseQueryResult<RunLog> {
  const queries = useQueryClient()
  const queryKey = ['operations', 'run', runId]

  return useQuery<RunLog>({
    queryKey,
    // Ten thousand events are not compared one by one: those that are there stay as they are.
    structuralSharing: false,
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : everyMs),
    staleTime: ({ state: { data } }) => (data !== undefined && isOver(data) ? Number.POSITIVE_INFINITY : 0),
    async queryFn({ signal }) {
      let log = queries.getQueryData<RunLog>(queryKey)
      while (true) {
        const query = { runId, after: log?.readTo, limit: 1_000 }
        const { run, events, readTo, more, currency } = await operations.ask('run', query, { signal })
        const known: readonly LoggedEvent[] = log?.events ?? []
        const grown = events.length === 0 ? known : [...known, ...events]
        log = { run, currency, readTo, whole: !more, events: grown }
        if (!more) return log
        queries.setQueryData(queryKey, log)
      }
    },
  })
}

function isOver({ run, whole }: RunLog): boolean {
  return whole && run.endedAt !== null
}
