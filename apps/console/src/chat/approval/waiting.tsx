/**
 * What waits for the answer of the one who sits here, asked for once and shown in several places: in the sidebar, at the
 * chats where it stands, in the title of the page, and to those who listen to it.
 */
import { createContext, type ReactNode, useContext } from 'react'
import { useApprovals, type WaitingApprovals } from 'toolcrib/react'

const WaitingContext = createContext<WaitingApprovals | undefined>(undefined)

export function WaitingProvider({ children }: { readonly children: ReactNode }) {
  const waiting = useApprovals()
  return (
    <WaitingContext value={waiting}>
      {children}
      {/* There before anything waits: what comes into it is read out. */}
      <p role="status" className="sr-only">
        {announced(countOf(waiting))}
      </p>
    </WaitingContext>
  )
}

export function useWaiting(): WaitingApprovals {
  const waiting = useContext(WaitingContext)
  if (waiting === undefined) throw new Error('Expected a WaitingProvider above')
  return waiting
}

/** On a button that leads to where it waits. */
export function WaitingDot() {
  if (countOf(useWaiting()) === 0) return null
  return <span aria-hidden="true" className="pointer-events-none absolute end-1 top-1 size-2 rounded-full bg-warn" />
}

/** The title of the page, with how many approvals wait. */
export function PageTitle({ of }: { readonly of?: string }) {
  const count = countOf(useWaiting())
  const title = of === undefined ? 'Toolcrib' : `${of} · Toolcrib`
  return <title>{count === 0 ? title : `(${count}) ${title}`}</title>
}

function countOf({ approvals, ownThreads }: WaitingApprovals): number {
  return approvals.length + ownThreads.length
}

function announced(count: number): string {
  if (count === 0) return ''
  return count === 1 ? 'An approval waits for you.' : `${count} approvals wait for you.`
}
