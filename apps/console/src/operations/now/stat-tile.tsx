import { ArrowDown, ArrowUp, CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

export interface StatTileProps {
  readonly label: string
  readonly value: string
  /** What stands below it. */
  readonly children?: ReactNode
  /** How it changed over the window; absent: that says nothing. */
  readonly trend?: { readonly by: number; readonly text: string } | undefined
  /** Somebody should look. */
  readonly alarm?: boolean
}

/** One figure, and how it goes. */
export function StatTile({ label, value, children, trend, alarm = false }: StatTileProps) {
  const Arrow = (trend?.by ?? 0) > 0 ? ArrowUp : ArrowDown
  return (
    <div className={`min-w-0 rounded-xl border bg-card px-4 py-3 shadow-xs ${alarm ? 'border-bad/50' : ''}`}>
      <dt className="flex items-center gap-1.5 text-xs text-muted-foreground">
        {alarm && <CircleAlert aria-hidden="true" className="size-3.5 shrink-0 text-bad" />}
        {label}
      </dt>
      <dd className="mt-0.5">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className={`text-2xl font-semibold tracking-tight tabular-nums ${alarm ? 'text-bad' : ''}`}>
            {value}
          </span>
          {trend !== undefined && trend.by !== 0 && (
            <span className="inline-flex items-center gap-0.5 text-xs text-muted-foreground tabular-nums">
              <Arrow aria-hidden="true" className="size-3" />
              {trend.text}
            </span>
          )}
        </span>
        <span className="mt-0.5 block min-h-4 text-xs text-muted-foreground [overflow-wrap:anywhere]">{children}</span>
      </dd>
    </div>
  )
}
