/** What is shown in place of the page when there is no page to show. */
import type { ReactNode } from 'react'
import { EmptyState, type EmptyStateProps } from '../kit/empty-state.tsx'
import { Logo } from '../parts/logo.tsx'

/** The whole window, with one thing to say. */
export function PageState(
  props: Omit<EmptyStateProps, 'title'> & { readonly title: string; readonly heading?: ReactNode },
) {
  const { title, ...rest } = props
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-6">
      <title>{`${title} · Toolcrib`}</title>
      <EmptyState {...rest} title={<h1 className="text-lg font-semibold tracking-tight">{title}</h1>} />
    </main>
  )
}

/** Until it is known who sits here. Nothing at all for what is quick. */
export function LoadingPage() {
  return (
    <div className="late grid h-full place-items-center" role="status">
      <span className="animate-pulse">
        <Logo />
        <span className="sr-only">is loading</span>
      </span>
    </div>
  )
}
