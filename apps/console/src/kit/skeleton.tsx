import type { ReactNode } from 'react'

/** The shape of what is on its way. It comes after 150 ms, so that what is quick does not flash. */
export function Skeleton({ className = 'h-4 w-full' }: { readonly className?: string }) {
  return <span aria-hidden="true" className={`skeleton block rounded-md bg-muted ${className}`} />
}

export interface LoadingProps {
  /** Read out, such as “Loading the chats”. */
  readonly label: string
  readonly children: ReactNode
  readonly className?: string
}

/** Around skeletons: says in words what is awaited. */
export function Loading({ label, children, className = '' }: LoadingProps) {
  return (
    <div role="status" className={className}>
      <span className="sr-only">{label}</span>
      {children}
    </div>
  )
}
