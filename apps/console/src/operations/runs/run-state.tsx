/** How a run does, and how a call ended: by word and picture, colour on top. */
import {
  Ban,
  Check,
  CircleHelp,
  CircleSlash,
  Clock,
  Gauge,
  Hourglass,
  LoaderCircle,
  RotateCcw,
  TriangleAlert,
} from 'lucide-react'
import type { RunSummary } from 'toolcrib/operations'
import type { CallOutcome } from 'toolcrib/protocol'
import { Badge, type Tone } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'
import type { Row } from './timeline.ts'

export interface Look {
  readonly label: string
  readonly icon: Icon
  readonly tone: Tone
}

export const runLooks: Readonly<Record<RunSummary['state'], Look>> = {
  working: { label: 'At work', icon: LoaderCircle, tone: 'primary' },
  waiting: { label: 'Waits for a person', icon: Hourglass, tone: 'warn' },
  completed: { label: 'Completed', icon: Check, tone: 'good' },
  failed: { label: 'Failed', icon: TriangleAlert, tone: 'bad' },
  stopped: { label: 'Stopped', icon: CircleSlash, tone: 'neutral' },
  timed_out: { label: 'Timed out', icon: Clock, tone: 'bad' },
  limit_reached: { label: 'Limit reached', icon: Gauge, tone: 'warn' },
}

const outcomeLooks: Readonly<Record<CallOutcome, Look>> = {
  ok: { label: 'done', icon: Check, tone: 'good' },
  failed: { label: 'failed', icon: TriangleAlert, tone: 'bad' },
  invalid: { label: 'invalid input', icon: TriangleAlert, tone: 'bad' },
  refused: { label: 'refused', icon: Ban, tone: 'bad' },
  timed_out: { label: 'timed out', icon: Clock, tone: 'bad' },
  cancelled: { label: 'cancelled', icon: CircleSlash, tone: 'neutral' },
  abandoned: { label: 'abandoned', icon: CircleSlash, tone: 'bad' },
  unknown: { label: 'outcome unknown', icon: CircleHelp, tone: 'warn' },
}

const working: Look = { label: 'at work', icon: LoaderCircle, tone: 'primary' }
const waiting: Look = { label: 'waits for a person', icon: Hourglass, tone: 'warn' }
const requested: Look = { label: 'not started', icon: Clock, tone: 'neutral' }
const made: Look = { label: 'made', icon: Check, tone: 'neutral' }
const cutOff: Look = { label: 'not finished', icon: CircleSlash, tone: 'warn' }
const madeAgain: Look = { label: 'void, made again', icon: RotateCcw, tone: 'warn' }

export function lookOf(row: Row): Look {
  switch (row.kind) {
    case 'summary':
      return made
    case 'step':
      if (row.rewound !== undefined) return madeAgain
      if (row.completed !== undefined) return made
      return row.to === null ? working : cutOff
    case 'call': {
      if (row.completed !== undefined) return outcomeLooks[row.completed.outcome]
      const last = row.bars.at(-1)
      if (last?.kind === 'waiting') return waiting
      return last?.kind === 'running' ? working : requested
    }
    default:
      return row satisfies never
  }
}

export function RunBadge({ run: { state, stopping } }: { readonly run: RunSummary }) {
  const { label, icon, tone } = runLooks[state]
  const isStopping = stopping && (state === 'working' || state === 'waiting')
  return (
    <Badge tone={tone} icon={icon}>
      {isStopping ? 'Stopping' : label}
    </Badge>
  )
}
