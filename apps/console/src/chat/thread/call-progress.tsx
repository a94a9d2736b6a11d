/** How far a call has come: a bar when it says so in numbers, and whatever else it said. */
import type { JsonValue } from 'toolcrib/protocol'
import { isJsonObject, JsonView } from '../../parts/json-view.tsx'
import { plainText } from '../../parts/plain-text.ts'

export function CallProgress({ progress }: { readonly progress: JsonValue }) {
  const share = shareOf(progress)
  const message = messageOf(progress)
  return (
    <div className="flex flex-col gap-1.5">
      {share !== undefined && (
        <div className="flex items-center gap-2.5">
          <progress aria-label="Progress" max={1} value={share} className="sr-only" />
          <span aria-hidden="true" className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-border">
            <span
              className="block h-full rounded-full bg-primary transition-[width] duration-200"
              style={{ width: `${share * 100}%` }}
            />
          </span>
          <span className="shrink-0 text-xs text-muted-foreground tabular-nums">
            {countOf(progress) ?? `${Math.round(share * 100)}%`}
          </span>
        </div>
      )}
      {message !== undefined && (
        <p dir="auto" className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
          {plainText(message.slice(0, 2_000))}
        </p>
      )}
      {share === undefined && message === undefined && <JsonView value={progress} />}
    </div>
  )
}

/** 0 to 1; undefined: it says nothing in numbers. A lone number is a share up to 1, and a percentage above. */
export function shareOf(progress: JsonValue): number | undefined {
  if (typeof progress === 'number') return within(progress <= 1 ? progress : progress / 100)
  const { done, total, percent, progress: nested } = fieldsOf(progress)
  if (typeof percent === 'number') return within(percent / 100)
  const reached = typeof done === 'number' ? done : typeof nested === 'number' ? nested : undefined
  if (reached === undefined) return undefined
  if (typeof total === 'number') return total > 0 ? within(reached / total) : undefined
  return done === undefined ? within(reached <= 1 ? reached : reached / 100) : undefined
}

function countOf(progress: JsonValue): string | undefined {
  const { done, total } = fieldsOf(progress)
  return typeof done === 'number' && typeof total === 'number'
    ? `${done.toLocaleString()} of ${total.toLocaleString()}`
    : undefined
}

function messageOf(progress: JsonValue): string | undefined {
  if (typeof progress === 'string') return progress
  const { message, text, status } = fieldsOf(progress)
  return [message, text, status].find((said) => typeof said === 'string')
}

function fieldsOf(progress: JsonValue): { readonly [field: string]: JsonValue | undefined } {
  return isJsonObject(progress) ? progress : {}
}

function within(share: number): number | undefined {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : undefined
}
