import { Link } from '@tanstack/react-router'
import { MapPinOff } from 'lucide-react'
import { PageState } from './page-state.tsx'

export function NotFoundPage() {
  return (
    <PageState
      icon={MapPinOff}
      title="There is nothing at this address"
      action={
        <Link to="/" className="rounded-lg bg-primary px-3.5 py-2 text-sm font-medium text-primary-foreground">
          Go to your chats
        </Link>
      }
    >
      It may have been mistyped, or come from another version.
    </PageState>
  )
}
