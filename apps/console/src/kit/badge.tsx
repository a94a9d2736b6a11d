import type { ReactNode } from 'react'
import type { Icon } from './icon.ts'

export type Tone = 'neutral' | 'primary' | 'good' | 'warn' | 'bad'

export const toneText = {
  neutral: 'text-muted-foreground',
  primary: 'text-primary',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
} as const satisfies Record<Tone, string>

export const toneFill = {
  neutral: 'bg-muted text-muted-foreground',
  primary: 'bg-primary/10 text-primary',
  good: 'bg-good/10 text-good',
  warn: 'bg-warn/10 text-warn',
  bad: 'bg-bad/10 text-bad',
} as const satisfies Record<Tone, string>

export interface BadgeProps {
  /** In words: the colour only helps. */
  readonly children: ReactNode
  /** Default `neutral`. */
  readonly tone?: Tone
  readonly icon?: Icon
  readonly className?: string
}

export function Badge({ children, tone = 'neutral', icon: Picture, className = '' }: BadgeProps) {
  return (
    <span
      className={`inline-flex max-w-full items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${toneFill[tone]} ${className}`}
    >
      {Picture !== undefined && <Picture aria-hidden="true" className="size-3 shrink-0" />}
      <span className="min-w-0 truncate">{children}</span>
    </span>
  )
}
