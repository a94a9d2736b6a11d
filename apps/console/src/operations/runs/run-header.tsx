import type { ReactNode } from 'react'
import { type AgentCompleted, describeLimit, type LoggedEvent } from 'toolcrib/protocol'
import { Notice } from '../../kit/notice.tsx'
import { formatDuration } from '../../parts/time.ts'
import { useTick } from '../parts/use-tick.ts'
import { RunBadge } from './run-state.tsx'
import { formatAgo, formatCost, formatMoment } from './run-times.ts'
import type { RunLog } from './use-run.ts'

export function RunHeader({ log: { run, events, currency } }: { readonly log: RunLog }) {
  const { name, owner, agent, model, startedAt, endedAt, used, attempts, node, parked, runId, threadId } = run
  const now = useTick(1_000, endedAt === null)
  const end = endOf(events)
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h1 className="min-w-0 text-lg font-semibold [overflow-wrap:anywhere]">
          Run of <bdi>{name ?? owner.user}</bdi>
        </h1>
        <RunBadge run={run} />
        <time
          dateTime={new Date(startedAt).toISOString()}
          title={formatMoment(startedAt)}
          className="text-sm text-muted-foreground"
        >
          {formatAgo(startedAt, now)}
        </time>
      </div>
      {end !== undefined && <Problem end={end} currency={currency} />}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 rounded-xl border bg-card p-4 text-sm shadow-xs sm:grid-cols-3 lg:grid-cols-6">
        <Fact name="Person">
          {owner.user}
          <Small>{owner.tenant}</Small>
        </Fact>
        <Fact name="Agent">
          {agent}
          <Small>{model ?? 'not begun'}</Small>
        </Fact>
        <Fact name="Took">
          {formatDuration(Math.max(0, (endedAt ?? now) - startedAt))}
          <Small>{endedAt === null ? 'so far' : formatMoment(endedAt)}</Small>
        </Fact>
        <Fact name="Used">
          {used.tokens.toLocaleString()} tokens
          <Small>{formatCost(used.costMicros, currency) ?? 'no cost'}</Small>
        </Fact>
        <Fact name="Did">
          {used.steps === 1 ? '1 step' : `${used.steps} steps`}
          <Small>{used.calls === 1 ? '1 call' : `${used.calls} calls`}</Small>
        </Fact>
        <Fact name="Attempts">
          {attempts}
          <Small>{parked ? 'no node holds it now' : node}</Small>
        </Fact>
      </dl>
      <p className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
        Run <code className="font-mono">{runId}</code> in chat <code className="font-mono">{threadId}</code>
      </p>
    </header>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd dir="auto" className="mt-0.5 font-medium [overflow-wrap:anywhere]">
        {children}
      </dd>
    </div>
  )
}

function Small({ children }: { readonly children: ReactNode }) {
  return (
    <span dir="auto" className="block text-xs font-normal text-muted-foreground">
      {children}
    </span>
  )
}

function Problem({ end: { error, limit }, currency }: { readonly end: AgentCompleted; readonly currency: string }) {
  if (limit !== undefined) return <Notice tone="warn">A limit was reached: {describeLimit(limit, currency)}.</Notice>
  if (error === undefined) return null
  return (
    <Notice tone="bad">
      <code className="font-mono text-xs">{error.code}</code> <bdi>{error.message}</bdi>
    </Notice>
  )
}

/** It is the last of its run but for what comes late. */
function endOf(events: readonly LoggedEvent[]): AgentCompleted | undefined {
  const event = events.findLast(({ event: { type } }) => type === 'agent_completed')?.event
  return event?.type === 'agent_completed' ? event : undefined
}
