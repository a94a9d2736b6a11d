/** The house's answers, asked again as long as a page shows them. */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import {
  createOperationsClient,
  type OperationsQuestion,
  type OperationsQuestions,
  type OperationsReply,
} from 'toolcrib/operations'

export const operations = createOperationsClient({ url: location.origin })

export interface AskOptions {
  /** Asked again so often, while the page is looked at. Absent: once. */
  readonly everyMs?: number
}

/** What was last answered stays while the next answer is awaited, and when it fails. */
export function useAnswer<Q extends OperationsQuestion>(
  question: Q,
  query: OperationsQuestions[Q]['query'],
  { everyMs }: AskOptions = {},
): UseQueryResult<OperationsReply<Q>> {
  return useQuery({
    queryKey: ['operations', question, query],
    queryFn: ({ signal }) => operations.ask(question, query, { signal }),
    refetchInterval: everyMs ?? false,
    placeholderData: keepPreviousData,
  })
}
