/** How the outcome of a call is told: by a word and a picture; colour comes on top. */
import { Ban, Check, CircleHelp, CircleSlash, Clock, Hourglass, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { CallView } from 'toolcrib/client'
import type { Icon } from '../../kit/icon.ts'

export interface CallLook {
  readonly label: string
  readonly icon: Icon
  readonly colour: string
}

export const callLooks: Readonly<Record<CallView['status'], CallLook>> = {
  requested: { label: 'waiting to start', icon: Clock, colour: 'text-muted-foreground' },
  waiting: { label: 'waiting for approval', icon: Hourglass, colour: 'text-warn' },
  executing: { label: 'running', icon: LoaderCircle, colour: 'text-primary' },
  ok: { label: 'done', icon: Check, colour: 'text-good' },
  failed: { label: 'failed', icon: TriangleAlert, colour: 'text-bad' },
  invalid: { label: 'invalid input', icon: TriangleAlert, colour: 'text-bad' },
  refused: { label: 'refused', icon: Ban, colour: 'text-bad' },
  timed_out: { label: 'timed out', icon: Clock, colour: 'text-bad' },
  cancelled: { label: 'cancelled', icon: CircleSlash, colour: 'text-muted-foreground' },
  abandoned: { label: 'abandoned', icon: CircleSlash, colour: 'text-bad' },
  unknown: { label: 'outcome unknown', icon: CircleHelp, colour: 'text-warn' },
}

/** Such as `200 calls: 197 done, 3 failed`, in the order of the table above. */
export function countCalls(calls: readonly CallView[]): string {
  const counts = Object.entries(Object.groupBy(calls, ({ status }) => status))
  const told = counts.map(([status, some]) => `${some.length} ${callLooks[status as CallView['status']].label}`)
  return `${calls.length.toLocaleString()} calls: ${told.join(', ')}`
}
