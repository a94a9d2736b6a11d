/** The house's answers, asked again as long as a page shows them. The law: silence is an answer, too, and is told. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  createOperationsClient,
  type OperationsQuestion,
  type OperationsQuestions,
  type OperationsReply,
} from 'toolcrib/operations'
import type { Answer } from './parts/answered.tsx'

/** Who says nothing for so long does not answer. */
const silenceMs = 10_000

export const operations = createOperationsClient({
  url: location.origin,
  fetch(address, init) {
    const silence = AbortSignal.timeout(silenceMs)
    return fetch(address, { ...init, signal: init?.signal == null ? silence : AbortSignal.any([init.signal, silence]) })
  },
})

export interface AskOptions {
  /** Asked again so often, while the page is looked at. Absent: once. */
  readonly everyMs?: number
}

/** What was last answered stays while the next answer is awaited, and when it fails: also when another question was asked. */
export function useAnswer<Q extends OperationsQuestion>(
  question: Q,
  query: OperationsQuestions[Q]['query'],
  { everyMs }: AskOptions = {},
): Answer<OperationsReply<Q>> {
  const { data, error, dataUpdatedAt, isPlaceholderData, refetch } = useQuery({
    queryKey: ['operations', question, query],
    queryFn: ({ signal }) => operations.ask(question, query, { signal }),
    refetchInterval: everyMs ?? false,
    placeholderData: keepPreviousData,
  })
  const [known, setKnown] = useState<{ readonly data: OperationsReply<Q> | undefined; readonly at: number }>()
  if (data !== undefined && !isPlaceholderData && known?.at !== dataUpdatedAt) setKnown({ data, at: dataUpdatedAt })
  return { data: data ?? known?.data, error, dataUpdatedAt: Math.max(dataUpdatedAt, known?.at ?? 0), refetch }
}
