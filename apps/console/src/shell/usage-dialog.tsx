/** What one has used and what is left of it, asked for when it is looked at. */
import { describeUsage } from 'toolcrib/protocol'
import { useUsage } from 'toolcrib/react'
import { Dialog } from '../kit/dialog.tsx'
import { Notice } from '../kit/notice.tsx'
import { Loading, Skeleton } from '../kit/skeleton.tsx'

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
  const { usage, problem } = useUsage()
  if (problem !== undefined) return <Notice tone="bad">{problem.message}</Notice>
  if (usage === undefined) {
    return (
      <Loading label="Reading the usage" className="flex flex-col gap-3">
        <Skeleton />
        <Skeleton className="h-4 w-2/3" />
      </Loading>
    )
  }
  return (
    <ul aria-label="Usage" className="flex flex-col gap-2 text-sm">
      {describeUsage(usage).map((line) => (
        <li key={line} className="rounded-lg bg-muted px-3 py-2 first-letter:uppercase">
          {line}
        </li>
      ))}
    </ul>
  )
}
