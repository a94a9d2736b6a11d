/** A chat that cannot be shown: not yet, not at all, or not to this person. */
import { CircleAlert, MessageCircleOff } from 'lucide-react'
import type { Failure } from 'toolcrib/protocol'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'

export function LoadingThread() {
  return (
    <Loading label="Loading the chat" className="flex flex-col gap-8">
      {['w-2/5', 'w-3/5', 'w-1/3'].map((width) => (
        <div key={width} className="flex flex-col gap-3">
          <Skeleton className={`ms-auto h-10 rounded-2xl ${width}`} />
          <Skeleton className="h-4 w-11/12" />
          <Skeleton className="h-4 w-4/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      ))}
    </Loading>
  )
}

export function GoneThread({ onNew }: { readonly onNew: () => void }) {
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto">
      <EmptyState
        icon={MessageCircleOff}
        title="This chat does not exist."
        action={
          <Button variant="primary" onClick={onNew}>
            Start a new one
          </Button>
        }
      >
        It was deleted, or it is not yours.
      </EmptyState>
    </div>
  )
}

export interface RefusedThreadProps {
  readonly refusal: Failure
  readonly onNew: () => void
}

export function RefusedThread({ refusal: { code, message, retry }, onNew }: RefusedThreadProps) {
  return (
    <EmptyState
      icon={CircleAlert}
      tone="bad"
      title="The server does not open this chat."
      action={
        <>
          <Button variant="primary" onClick={() => location.reload()}>
            Try again
          </Button>
          <Button onClick={onNew}>Start a new one</Button>
        </>
      }
    >
      <p dir="auto">{message}</p>
      <p className="mt-1 text-xs">
        <code className="font-mono">{code}</code>
        {retry === 'never' && ' · trying again will not help'}
      </p>
    </EmptyState>
  )
}
