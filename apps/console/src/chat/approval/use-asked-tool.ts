/** The tool that an approval is about, as the server knows it, and how it was decided when it is open no more. */
import { useQuery } from '@tanstack/react-query'
import type { Replies } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'

/** Undefined: it is not known yet, or nobody says. */
export function useAskedTool(approvalId: string): Replies['approval.get'] | undefined {
  const client = useClient()
  return useQuery({
    queryKey: ['approval', approvalId],
    queryFn: () => client.approval(approvalId),
    // A tool that was changed meanwhile is found out when the arguments are checked, and by the answer.
    staleTime: Number.POSITIVE_INFINITY,
  }).data
}
