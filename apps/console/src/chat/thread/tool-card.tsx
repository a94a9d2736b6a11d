import {
  Ban,
  Check,
  ChevronRight,
  CircleHelp,
  CircleSlash,
  Clock,
  Hourglass,
  LoaderCircle,
  TriangleAlert,
} from 'lucide-react'
import { type ComponentType, memo, type SVGProps } from 'react'
import type { CallView } from 'toolcrib/client'
import type { JsonValue } from 'toolcrib/protocol'
import { JsonView } from '../../parts/json-view.tsx'
import { formatDuration } from '../../parts/time.ts'
import { RunSteps } from './step-section.tsx'
import { WaitingApproval } from './waiting-approval.tsx'

type Icon = ComponentType<SVGProps<SVGSVGElement>>

/** Each status has a word and a picture, so that colour is never the only difference. */
const looks: Readonly<Record<CallView['status'], readonly [label: string, icon: Icon, colour: string]>> = {
  requested: ['waiting to start', Clock, 'text-muted-foreground'],
  waiting: ['waiting for you', Hourglass, 'text-warn'],
  executing: ['running', LoaderCircle, 'text-primary'],
  ok: ['done', Check, 'text-good'],
  failed: ['failed', TriangleAlert, 'text-bad'],
  invalid: ['invalid input', TriangleAlert, 'text-bad'],
  refused: ['refused', Ban, 'text-bad'],
  timed_out: ['timed out', Clock, 'text-bad'],
  cancelled: ['cancelled', CircleSlash, 'text-muted-foreground'],
  abandoned: ['abandoned', CircleSlash, 'text-bad'],
  unknown: ['outcome unknown', CircleHelp, 'text-warn'],
}

export const ToolCard = memo(function ToolCard({ call }: { readonly call: CallView }) {
  const [label, StatusIcon, colour] = looks[call.status]
  return (
    <div className="rounded-xl border bg-card" data-tool={call.tool} data-outcome={call.status}>
      <details className="group">
        <summary className="flex cursor-pointer list-none items-center gap-2.5 rounded-xl px-3.5 py-2.5 text-sm">
          <StatusIcon
            aria-hidden="true"
            className={`size-4 shrink-0 ${colour} ${call.status === 'executing' ? 'animate-spin' : ''}`}
          />
          <span className="font-mono font-medium">{call.tool}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted-foreground">{summary(call)}</span>
          <span className={`shrink-0 text-xs ${colour}`}>{label}</span>
          {call.durationMs !== undefined && (
            <span className="shrink-0 text-xs text-muted-foreground">{formatDuration(call.durationMs)}</span>
          )}
          <ChevronRight
            aria-hidden="true"
            className="size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
          />
        </summary>
        <div className="flex flex-col gap-3 border-t px-3.5 py-3">
          <Labelled label="Input">
            <JsonView value={call.input} />
          </Labelled>
          {call.progress !== undefined && call.output === undefined && (
            <Labelled label="Progress">
              <JsonView value={call.progress} />
            </Labelled>
          )}
          {call.output !== undefined && (
            <Labelled
              label={
                call.truncated === undefined
                  ? 'Output'
                  : `Output, cut from ${call.truncated.bytes.toLocaleString()} bytes`
              }
            >
              <JsonView value={call.output} />
            </Labelled>
          )}
          {call.error !== undefined && (
            <Labelled label="Error">
              <p className="text-sm text-bad">
                <code className="font-mono text-xs">{call.error.code}</code> {call.error.message}
              </p>
            </Labelled>
          )}
          {call.lateAfterMs !== undefined && (
            <p className="text-xs text-muted-foreground">
              It settled {formatDuration(call.lateAfterMs)} after it had started; that result was set aside and not
              used.
            </p>
          )}
        </div>
      </details>
      {call.status === 'waiting' && call.approval !== undefined && (
        <WaitingApproval call={call} approval={call.approval} />
      )}
      {call.run !== undefined && (
        <div className="ml-4 flex flex-col gap-3 border-l-2 px-3.5 pb-3 text-sm">
          <RunSteps run={call.run} working={call.status === 'executing'} />
        </div>
      )}
    </div>
  )
})

function Labelled({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <section aria-label={label}>
      <p aria-hidden="true" className="mb-1 text-xs font-medium text-muted-foreground">
        {label}
      </p>
      {children}
    </section>
  )
}

const MAX_SUMMARY_CHARS = 200

function shorten(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_SUMMARY_CHARS)
}

/** On one line, which shows no more anyway. */
function summary(call: CallView): string {
  const { input } = call
  const fields =
    input !== null && typeof input === 'object' && !Array.isArray(input) ? Object.entries(input) : undefined
  const text = fields?.map(([key, value]) => `${key}: ${shorten(value)}`).join(', ') ?? shorten(input)
  return text.slice(0, MAX_SUMMARY_CHARS)
}
