import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Tone, toneFill } from './badge.tsx'
import type { Icon } from './icon.ts'

export interface NoticeProps {
  /** `bad` is read out at once. */
  readonly tone: Tone
  readonly children: ReactNode
  /** Default: one that fits the tone. */
  readonly icon?: Icon
  /** Buttons at its end. */
  readonly actions?: ReactNode
  readonly className?: string
}

const pictures = { neutral: Info, primary: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert } as const

/** A sentence that stands where it matters until it does not any more. */
export function Notice({ tone, children, icon, actions, className = '' }: NoticeProps) {
  const Picture = icon ?? pictures[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={`flex items-start gap-2.5 rounded-xl px-3.5 py-2.5 text-sm ${toneFill[tone]} ${className}`}
    >
      <Picture aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
      {actions}
    </div>
  )
}
