/** What is shown in place of the page when there is no page to show. */
import { EmptyState, type EmptyStateProps } from '../kit/empty-state.tsx'
import { Logo } from '../parts/logo.tsx'
import { Main } from './main.tsx'

/** The whole window, or a whole room, with one thing to say. */
export function PageState({ title, ...rest }: Omit<EmptyStateProps, 'title'> & { readonly title: string }) {
  return (
    <Main className="grid h-full place-items-center overflow-y-auto p-6">
      <title>{`${title} · Toolcrib`}</title>
      <EmptyState {...rest} title={<h1 className="text-lg font-semibold tracking-tight">{title}</h1>} />
    </Main>
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
