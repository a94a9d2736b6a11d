import { ChevronRight } from 'lucide-react'
import { memo, useState } from 'react'
import type { CallView } from 'toolcrib/client'
import type { JsonValue } from 'toolcrib/protocol'
import { plainText } from '../../parts/plain-text.ts'
import { formatDuration } from '../../parts/time.ts'
import { CallApproval } from '../approval/call-approval.tsx'
import { CallDetails } from './call-details.tsx'
import { callLooks } from './call-look.ts'
import { CallProgress, shareOf } from './call-progress.tsx'
import { RunSteps } from './step-section.tsx'

/** A call on one line, which opens to all that is known of it. What waits for the person stands open below. */
export const ToolCard = memo(function ToolCard({ call }: { readonly call: CallView }) {
  const [open, setOpen] = useState(false)
  const { label, icon: StatusIcon, colour } = callLooks[call.status]
  const isExecuting = call.status === 'executing'
  const hasBar = isExecuting && call.progress !== undefined && shareOf(call.progress) !== undefined
  return (
    <div className="min-w-0 rounded-xl border bg-card" data-tool={call.tool} data-outcome={call.status}>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex min-h-10 cursor-pointer list-none items-center gap-2.5 rounded-xl px-3.5 py-2 text-sm hover:bg-muted/50">
          <StatusIcon aria-hidden="true" className={`size-4 shrink-0 ${colour} ${isExecuting ? 'animate-spin' : ''}`} />
          <bdi className="max-w-[60%] shrink-0 truncate font-mono text-[0.8125rem] font-medium" title={call.tool}>
            {plainText(call.tool)}
          </bdi>
          <bdi className="hidden min-w-0 flex-1 truncate font-mono text-xs text-muted-foreground sm:block">
            {plainText(summaryOf(call))}
          </bdi>
          <span className={`ms-auto shrink-0 text-xs ${colour}`}>{label}</span>
          {call.durationMs !== undefined && call.startedAt !== undefined && (
            <span className="shrink-0 text-xs text-muted-foreground tabular-nums">
              {formatDuration(call.durationMs)}
            </span>
          )}
          <ChevronRight
            aria-hidden="true"
            className={`size-4 shrink-0 text-muted-foreground transition-transform ${open ? 'rotate-90' : ''}`}
          />
        </summary>
        {open && <CallDetails call={call} />}
      </details>
      {hasBar && !open && call.progress !== undefined && (
        <div className="px-3.5 pb-3">
          <CallProgress progress={call.progress} />
        </div>
      )}
      {call.approval !== undefined && <CallApproval call={call} approval={call.approval} />}
      {call.run !== undefined && (
        <section
          aria-label={`The agent ${call.run.agent ?? call.tool}`}
          className="ms-5 mb-3 flex flex-col gap-3 border-s-2 ps-3.5 pe-3.5 text-sm"
        >
          <RunSteps run={call.run} working={isExecuting} />
        </section>
      )}
    </div>
  )
})

const MAX_SUMMARY_CHARS = 200

function shorten(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_SUMMARY_CHARS)
}

/** On one line, which shows no more anyway. */
function summaryOf({ input }: CallView): string {
  const fields =
    input !== null && typeof input === 'object' && !Array.isArray(input) ? Object.entries(input) : undefined
  const text = fields?.map(([key, value]) => `${key}: ${shorten(value)}`).join(', ') ?? shorten(input)
  return text.slice(0, MAX_SUMMARY_CHARS).replaceAll(/\s+/g, ' ')
}
