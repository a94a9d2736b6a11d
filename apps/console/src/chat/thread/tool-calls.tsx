/** The calls of a step: cards, or, where there are many, one line that opens to them. What waits for the person is never folded away. */
import { ChevronRight, Layers } from 'lucide-react'
import { memo, useState } from 'react'
import type { CallView } from 'toolcrib/client'
import { callLooks, countCalls } from './call-look.ts'
import { ToolCard } from './tool-card.tsx'

const MAX_CARDS = 5

export const ToolCalls = memo(function ToolCalls({ calls }: { readonly calls: readonly CallView[] }) {
  const [open, setOpen] = useState(false)
  if (calls.length <= MAX_CARDS) return calls.map((call) => <ToolCard key={call.callId} call={call} />)
  const waiting = calls.filter(isWaiting)
  return (
    <>
      <details
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="min-w-0 rounded-xl border bg-card"
        data-calls={calls.length}
      >
        <summary className="flex min-h-10 cursor-pointer list-none items-center gap-2.5 rounded-xl px-3.5 py-2 text-sm hover:bg-muted/50">
          <Layers aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
          <span className="min-w-0 flex-1">{countCalls(calls)}</span>
          <Outcomes calls={calls} />
          <ChevronRight
            aria-hidden="true"
            className={`size-4 shrink-0 text-muted-foreground transition-transform ${open ? 'rotate-90' : ''}`}
          />
        </summary>
        {open && (
          <ol className="flex max-h-[70dvh] flex-col gap-1.5 overflow-y-auto border-t p-2">
            {calls.map((call) => (
              // Drawn when it is looked at.
              <li key={call.callId} className="[contain-intrinsic-size:auto_2.625rem] [content-visibility:auto]">
                {isWaiting(call) ? (
                  <p className="px-3.5 py-2 text-sm">{call.tool} waits below</p>
                ) : (
                  <ToolCard call={call} />
                )}
              </li>
            ))}
          </ol>
        )}
      </details>
      {waiting.map((call) => (
        <ToolCard key={call.callId} call={call} />
      ))}
    </>
  )
})

/** A bar with a part for each outcome, beside the words that say the same. */
function Outcomes({ calls }: { readonly calls: readonly CallView[] }) {
  return (
    <span aria-hidden="true" className="hidden h-1.5 w-24 shrink-0 overflow-hidden rounded-full bg-border sm:flex">
      {Object.entries(Object.groupBy(calls, ({ status }) => status)).map(([status, some]) => (
        <span
          key={status}
          className={`h-full bg-current ${callLooks[status as CallView['status']].colour}`}
          style={{ width: `${(100 * some.length) / calls.length}%` }}
        />
      ))}
    </span>
  )
}

function isWaiting({ status, run }: CallView): boolean {
  return status === 'waiting' || (run?.steps.some((step) => step.calls.some(isWaiting)) ?? false)
}
