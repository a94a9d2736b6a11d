/** What one has used and what is left of it, asked for when it is looked at. */
import { useQuery } from '@tanstack/react-query'
import { describeUsage } from 'toolcrib/protocol'
import { useClient } from '../connection.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Notice } from '../kit/notice.tsx'
import { Loading, Skeleton } from '../kit/skeleton.tsx'
import { problemOf } from '../parts/problem.ts'

export interface UsageDialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

export function UsageDialog({ open, onOpenChange }: UsageDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Usage"
      description="What you have used, and what is left of it."
    >
      <Lines />
    </Dialog>
  )
}

function Lines() {
  const client = useClient()
  const { data, error } = useQuery({ queryKey: ['usage'], queryFn: () => client.usage(), gcTime: 0 })
  if (error !== null) return <Notice tone="bad">{problemOf(error, 'The usage could not be read; try again')}</Notice>
  if (data === undefined) {
    return (
      <Loading label="Reading the usage" className="flex flex-col gap-3">
        <Skeleton />
        <Skeleton className="h-4 w-2/3" />
      </Loading>
    )
  }
  return (
    <ul aria-label="Usage" className="flex flex-col gap-2 text-sm">
      {describeUsage(data).map((line) => (
        <li key={line} className="rounded-lg bg-muted px-3 py-2">
          {line}
        </li>
      ))}
    </ul>
  )
}
