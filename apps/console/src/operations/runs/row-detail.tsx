/** What went into a step or a call, what came out, and what it cost. */
import { MousePointerClick } from 'lucide-react'
import type { ReactNode } from 'react'
import { describeApprovers, type Failure, type JsonValue, type TokenUsage } from 'toolcrib/protocol'
import { Badge } from '../../kit/badge.tsx'
import { Card } from '../../kit/card.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { formatDuration } from '../../parts/time.ts'
import { lookOf } from './run-state.tsx'
import { formatCost, formatMoment, formatOffset } from './run-times.ts'
import type { CallRow, Row, StepRow, SummaryRow } from './timeline.ts'

export interface RowDetailProps {
  readonly row: Row | undefined
  readonly currency: string
  /** Of the run. */
  readonly startedAt: number
}

export function RowDetail({ row, currency, startedAt }: RowDetailProps) {
  if (row === undefined) {
    return (
      <p className="flex items-center gap-2 rounded-xl border border-dashed px-4 py-6 text-sm text-muted-foreground">
        <MousePointerClick aria-hidden="true" className="size-4 shrink-0" />
        Choose a row to see what went in and what came out.
      </p>
    )
  }
  const { label, icon, tone } = lookOf(row)
  return (
    <Card
      title={<bdi className="[overflow-wrap:anywhere]">{row.kind === 'call' ? row.tool : headingOf(row)}</bdi>}
      actions={
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      }
    >
      <div className="flex max-h-[65vh] flex-col gap-4 overflow-y-auto">
        <Facts>
          <Fact name="Began">
            <span title={formatMoment(startedAt + row.from)}>{formatOffset(row.from)}</span>
          </Fact>
          <Fact name="Took">{row.to === null ? 'not over' : formatDuration(row.to - row.from)}</Fact>
          <Fact name="In the log">{row.seq}</Fact>
          {row.kind === 'step' && row.completed !== undefined && (
            <Used usage={row.completed.usage} currency={currency} />
          )}
          {row.kind === 'summary' && <Used usage={row.compacted.usage} currency={currency} />}
        </Facts>
        {row.kind === 'step' && <StepDetail row={row} />}
        {row.kind === 'summary' && <SummaryDetail row={row} />}
        {row.kind === 'call' && <CallDetail row={row} />}
      </div>
    </Card>
  )
}

function headingOf(row: StepRow | SummaryRow): string {
  if (row.kind === 'summary') return 'Summary of what came before'
  return row.agent === undefined ? `Step ${row.step}` : `Step ${row.step} of ${row.agent}`
}

function StepDetail({ row: { rewound, completed, thinking, text } }: { readonly row: StepRow }) {
  return (
    <>
      {rewound !== undefined && (
        <p className="text-sm text-warn">
          It was made again: <bdi>{rewound.reason}</bdi>
        </p>
      )}
      {completed !== undefined && (
        <Facts>
          <Fact name="Ended by">{finishes[completed.finish]}</Fact>
          <Fact name="Calls">{completed.calls.length}</Fact>
        </Facts>
      )}
      {thinking !== '' && <Value label="Thinking" value={thinking} />}
      {text !== '' && <Value label="Text" value={text} />}
    </>
  )
}

const finishes = {
  stop: 'its answer',
  calls: 'calls',
  length: 'the limit of its length',
  filtered: 'a filter',
  unknown: 'what is not known',
} as const

function SummaryDetail({ row: { compacted } }: { readonly row: SummaryRow }) {
  return (
    <>
      <Facts>
        <Fact name="Stands for">
          {compacted.dropped.messages} messages, about {compacted.dropped.tokens.toLocaleString()} tokens
        </Fact>
        <Fact name="Kept">{compacted.kept.messages} messages</Fact>
      </Facts>
      <Value label="Summary" value={compacted.summary} />
    </>
  )
}

function CallDetail({ row }: { readonly row: CallRow }) {
  const { requested, executing, completed, approvals, lateAt, from, progressCount, callId } = row
  const asked = approvals.at(-1)?.asked
  const known = executing ?? asked
  const hash = executing?.inputHash ?? asked?.inputHash
  return (
    <>
      {approvals.map(({ asked: { approvalId, approvers }, answered }) => (
        <p key={approvalId} className="text-sm [overflow-wrap:anywhere]">
          {answered === undefined ? (
            <>
              Waits for an answer
              {approvers !== undefined && (
                <>
                  {' '}
                  of <bdi>{describeApprovers(approvers)}</bdi>
                </>
              )}
              .
            </>
          ) : (
            <>
              {decisions[answered.decision]}
              {answered.by !== undefined && (
                <>
                  {' '}
                  by <bdi className="font-medium">{answered.by}</bdi>
                </>
              )}
              {answered.input !== undefined && ', with edited arguments'}
              {answered.reason !== undefined && (
                <>
                  : <bdi>{answered.reason}</bdi>
                </>
              )}
            </>
          )}
        </p>
      ))}
      <Value label="Input" value={executing?.input ?? requested.input} />
      {completed?.output !== undefined && (
        <Value
          label={
            completed.truncated === undefined
              ? 'Output'
              : `Output, cut from ${completed.truncated.bytes.toLocaleString()} bytes`
          }
          value={completed.output}
        />
      )}
      {completed?.error !== undefined && <Problem error={completed.error} />}
      {lateAt !== undefined && (
        <p className="text-sm text-muted-foreground">
          It settled {formatDuration(lateAt - from)} after it was asked for; that result was set aside and not used.
        </p>
      )}
      <Facts>
        {completed !== undefined && <Fact name="Tool ran for">{formatDuration(completed.durationMs)}</Fact>}
        {known !== undefined && <Fact name="Effect">{known.effect}</Fact>}
        {known?.offered === true && <Fact name="Whose tool">the person’s own client’s</Fact>}
        {progressCount > 0 && <Fact name="Progress">told {progressCount} times</Fact>}
        {known !== undefined && <Fact name="Fingerprint of the tool" code={known.fingerprint} />}
        {hash !== undefined && <Fact name="Hash of the arguments" code={hash} />}
        <Fact name="Call" code={callId} />
      </Facts>
    </>
  )
}

const decisions = {
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Nobody answered in time',
  cancelled: 'Not answered: the run ended',
} as const

function Problem({ error: { code, message } }: { readonly error: Failure }) {
  return (
    <p className="text-sm text-bad [overflow-wrap:anywhere]">
      <code className="font-mono text-xs">{code}</code> <bdi>{message}</bdi>
    </p>
  )
}

function Used({ usage, currency }: { readonly usage: TokenUsage; readonly currency: string }) {
  const cost = formatCost(usage.costMicros ?? 0, currency)
  return (
    <>
      <Fact name="Tokens in">{usage.inputTokens.toLocaleString()}</Fact>
      <Fact name="Tokens out">{usage.outputTokens.toLocaleString()}</Fact>
      {cost !== null && <Fact name="Cost">{cost}</Fact>}
    </>
  )
}

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-2 gap-x-4 gap-y-2 text-sm">{children}</dl>
}

interface FactProps {
  readonly name: string
  readonly children?: ReactNode
  readonly code?: string
}

function Fact({ name, children, code }: FactProps) {
  return (
    <div className={`min-w-0 ${code === undefined ? '' : 'col-span-2'}`}>
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">
        {children}
        {code !== undefined && <code className="font-mono text-xs">{code}</code>}
      </dd>
    </div>
  )
}

function Value({ label, value }: { readonly label: string; readonly value: JsonValue }) {
  return (
    <section aria-label={label}>
      <p aria-hidden="true" className="mb-1 text-xs text-muted-foreground">
        {label}
      </p>
      <JsonView value={value} />
    </section>
  )
}
