/** The frame of each page of the room: as wide as the others, and headed like them. */
import type { ReactNode } from 'react'

export interface OperationsPageProps {
  /** In the title of the window. */
  readonly title: string
  readonly children: ReactNode
}

export function OperationsPage({ title, children }: OperationsPageProps) {
  return (
    <div className="mx-auto flex max-w-7xl flex-col gap-4 p-4 sm:p-6">
      <title>{`${title} · Toolcrib`}</title>
      {children}
    </div>
  )
}

export interface PageHeadingProps {
  readonly title: string
  /** What it is about, in a sentence. */
  readonly children: ReactNode
  /** Beside the title: how it stands. */
  readonly mark?: ReactNode
  readonly actions?: ReactNode
}

export function PageHeading({ title, children, mark, actions }: PageHeadingProps) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div className="min-w-48 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-lg font-semibold">{title}</h1>
          {mark}
        </div>
        <p className="text-sm text-muted-foreground">{children}</p>
      </div>
      {actions}
    </div>
  )
}
