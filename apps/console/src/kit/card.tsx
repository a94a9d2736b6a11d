import { type ReactNode, useId } from 'react'

export interface CardProps {
  readonly children: ReactNode
  /** Absent: it is a frame and no section. */
  readonly title?: ReactNode
  readonly description?: ReactNode
  /** Buttons at the end of its title. */
  readonly actions?: ReactNode
  /** Default true; a table brings its own. */
  readonly padded?: boolean
  readonly className?: string
}

export function Card({ children, title, description, actions, padded = true, className = '' }: CardProps) {
  const id = useId()
  const look = `min-w-0 rounded-xl border bg-card text-card-foreground shadow-xs ${className}`
  const body = <div className={padded ? 'p-4' : ''}>{children}</div>
  if (title === undefined) return <div className={look}>{body}</div>
  return (
    <section aria-labelledby={id} className={look}>
      <div className={`flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 ${padded ? '' : 'pb-3'}`}>
        <div className="min-w-0">
          <h2 id={id} className="text-sm font-semibold">
            {title}
          </h2>
          {description !== undefined && <p className="mt-0.5 text-sm text-muted-foreground">{description}</p>}
        </div>
        {actions}
      </div>
      {body}
    </section>
  )
}
