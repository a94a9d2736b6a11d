/** The question, loaded when there is one: most chats have none. */
import { lazy, Suspense } from 'react'
import { Skeleton } from '../../kit/skeleton.tsx'
import type { ApprovalFormProps } from './approval-form.tsx'

const ApprovalForm = lazy(async () => ({ default: (await import('./approval-form.tsx')).ApprovalForm }))

export function ApprovalQuestion(props: ApprovalFormProps) {
  return (
    <Suspense fallback={<Skeleton className="h-40 w-full" />}>
      <ApprovalForm {...props} />
    </Suspense>
  )
}
