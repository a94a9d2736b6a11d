import type { ReactNode } from 'react'
import { type Tone, toneFill } from './badge.tsx'
import type { Icon } from './icon.ts'

export interface EmptyStateProps {
  readonly icon: Icon
  readonly title: ReactNode
  /** What to do, or what will be here. */
  readonly children?: ReactNode
  /** A button or a link. */
  readonly action?: ReactNode
  /** `bad` when something failed. Default `neutral`. */
  readonly tone?: Tone
  readonly className?: string
}

/** In place of what is not there: nothing yet, nothing found, or not to be had. */
export function EmptyState({
  icon: Picture,
  title,
  children,
  action,
  tone = 'neutral',
  className = '',
}: EmptyStateProps) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={`mx-auto flex max-w-sm flex-col items-center px-4 py-10 text-center ${className}`}
    >
      <span className={`grid size-11 place-items-center rounded-2xl ${toneFill[tone]}`}>
        <Picture aria-hidden="true" className="size-5" />
      </span>
      <p className="mt-4 font-medium [overflow-wrap:anywhere]">{title}</p>
      {children !== undefined && (
        <div className="mt-1.5 text-sm text-muted-foreground [overflow-wrap:anywhere]">{children}</div>
      )}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
