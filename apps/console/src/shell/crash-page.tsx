import { CircleAlert, RefreshCw } from 'lucide-react'
import { Button } from '../kit/button.tsx'
import { PageState } from './page-state.tsx'

/** Something of the page broke, or is not to be had any more since the server was updated. */
export function CrashPage({ error }: { readonly error: unknown }) {
  if (isOutdated(error)) {
    return (
      <PageState icon={RefreshCw} title="This page is older than the server" action={<Reload />}>
        The server was updated since it was opened. Reload to go on; what you have written stays.
      </PageState>
    )
  }
  return (
    <PageState icon={CircleAlert} tone="bad" title="Something went wrong in this page" action={<Reload />}>
      <p>Your chats are safe on the server, and what you have written is kept. Reload to go on.</p>
      <p className="mt-3 font-mono text-xs">{error instanceof Error ? error.message : String(error)}</p>
    </PageState>
  )
}

function Reload() {
  return (
    <Button variant="primary" icon={RefreshCw} onClick={() => location.reload()}>
      Reload
    </Button>
  )
}

/** How browsers say that a file of the page is gone; each in its own words. */
export function isOutdated(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|module script failed|error loading dynamically|Unable to preload/i.test(error.message)
  )
}
