/** What a page shows of an answer: that it is awaited, that it cannot be had, that it is of before, or what was answered. */
import { CloudOff } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { formatSpan } from './amount.ts'
import { useTick } from './use-tick.ts'
import { whyOf } from './why.ts'

export interface Answer<T> {
  readonly data: T | undefined
  /** Why the last question had no answer. */
  readonly error: Error | null
  /** When `data` came, as the clock here has it. */
  readonly dataUpdatedAt: number
  /** Absent: it is asked again soon anyway. */
  readonly refetch?: () => unknown
}

export interface AnsweredProps<T> {
  /** What is asked for, after “the”, such as `limits`. */
  readonly of: string
  readonly answer: Answer<T>
  /** The heights of what is awaited. */
  readonly shape?: readonly string[]
  readonly children: (data: T) => ReactNode
}

export function Answered<T>({ of, answer, shape = ['h-24', 'h-64'], children }: AnsweredProps<T>) {
  const { data, error, refetch } = answer
  if (data !== undefined && !isForbidden(error)) {
    return (
      <>
        <Heard error={error} at={answer.dataUpdatedAt} />
        {children(data)}
      </>
    )
  }
  if (error === null) {
    return (
      <Loading label={`Loading the ${of}`} className="flex flex-col gap-3">
        {shape.map((height) => (
          <Skeleton key={height} className={`${height} w-full`} />
        ))}
      </Loading>
    )
  }
  return (
    <EmptyState
      tone="bad"
      icon={CloudOff}
      title={`The ${of} cannot be read`}
      action={refetch !== undefined && <Button onClick={() => void refetch()}>Try again</Button>}
    >
      {whyOf(error)}
    </EmptyState>
  )
}

/** What an operator saw goes with the role. */
function isForbidden(error: Error | null): boolean {
  return error !== null && 'code' in error && error.code === 'OPERATOR_REQUIRED'
}

export interface HeardProps {
  readonly error: Error | null
  /** When it was answered last. */
  readonly at: number
}

const everyMs = 1_000
const backMs = 5_000

/** Says that what is shown is of before; and, for a moment, that it is not any more. */
export function Heard({ error, at }: HeardProps) {
  const isSilent = error !== null
  const [wasSilent, setWasSilent] = useState(false)
  const [isBack, setBack] = useState(false)
  if (wasSilent !== isSilent) {
    setWasSilent(isSilent)
    setBack(!isSilent)
  }
  useEffect(() => {
    if (!isBack) return undefined
    const timer = setTimeout(() => setBack(false), backMs)
    return () => clearTimeout(timer)
  }, [isBack])
  if (isSilent) {
    return (
      <Notice tone="warn" icon={CloudOff}>
        {whyOf(error)} Last heard <Ago at={at} />. It is asked again and again.
      </Notice>
    )
  }
  return isBack && <Notice tone="good">The server answers again.</Notice>
}

/** Seen to count; not read out every second. */
export function Ago({ at }: { readonly at: number }) {
  const time = useTick(everyMs)
  return <span aria-hidden="true">{formatSpan(Math.max(0, Math.round((time - at) / 1_000) * 1_000))} ago</span>
}
