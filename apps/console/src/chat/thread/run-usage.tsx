/** What an answer took: a line, and the details when they are asked for. */
import { useState } from 'react'
import type { RunView } from 'toolcrib/client'
import { describeAmount } from 'toolcrib/protocol'
import { useUsage } from 'toolcrib/react'
import { Popover } from '../../kit/popover.tsx'
import { formatDuration, formatMoment } from '../../parts/time.ts'

export function RunUsage({ run }: { readonly run: RunView }) {
  const [open, setOpen] = useState(false)
  const { usage, durationMs } = run
  if (usage === undefined || durationMs === undefined) return null
  const tokens = usage.inputTokens + usage.outputTokens
  const line = [
    formatDuration(durationMs),
    ...(tokens === 0 ? [] : [`${tokens.toLocaleString()} tokens`]),
    ...(usage.calls === 0 ? [] : [usage.calls === 1 ? '1 call' : `${usage.calls.toLocaleString()} calls`]),
  ].join(' · ')
  return (
    <Popover
      title="What this answer took"
      open={open}
      onOpenChange={setOpen}
      side="top"
      trigger={
        <button
          type="button"
          aria-label={`${line}: details`}
          className="min-h-7 rounded-lg px-1.5 tabular-nums hover:bg-muted hover:text-foreground"
        >
          {line}
        </button>
      }
    >
      <Details run={run} usage={usage} durationMs={durationMs} />
    </Popover>
  )
}

interface DetailsProps {
  readonly run: RunView
  readonly usage: NonNullable<RunView['usage']>
  readonly durationMs: number
}

function Details({ run, usage, durationMs }: DetailsProps) {
  const { inputTokens, outputTokens, costMicros, calls } = usage
  const currency = useUsage().usage?.currency ?? '…'
  const rows: readonly (readonly [name: string, value: string] | undefined)[] = [
    ['Time', formatDuration(durationMs)],
    ['Steps', run.steps.length.toLocaleString()],
    ['Calls', calls.toLocaleString()],
    ['Tokens read', inputTokens.toLocaleString()],
    ['Tokens written', outputTokens.toLocaleString()],
    ['Cost', costMicros === undefined ? 'the model has no price' : describeAmount('money', costMicros, currency)],
    run.agent === undefined ? undefined : ['Agent', run.agent],
    run.model === undefined ? undefined : ['Model', run.model],
    ['Began', formatMoment(run.startedAt)],
    run.attempt > 1 ? ['Attempts', run.attempt.toLocaleString()] : undefined,
  ]
  return (
    <dl className="flex flex-col gap-1.5 text-sm">
      {rows
        .filter((row) => row !== undefined)
        .map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="shrink-0 text-muted-foreground">{name}</dt>
            <dd className="min-w-0 text-end tabular-nums [overflow-wrap:anywhere]">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  )
}
