import { Link } from '@tanstack/react-router'
import { Activity, MessageSquare } from 'lucide-react'
import { useSignedIn } from '../session/signed-in.ts'

const look =
  'inline-flex min-h-7 flex-1 items-center justify-center gap-1.5 rounded-md px-2.5 text-sm text-muted-foreground transition-colors hover:text-foreground data-here:bg-card data-here:font-medium data-here:text-foreground data-here:shadow-xs dark:data-here:bg-border pointer-coarse:min-h-9'

/** Between the chat and the house seen from inside; nothing for who has one room only. */
export function RoomSwitch({ room }: { readonly room: 'chat' | 'operations' }) {
  const { operator } = useSignedIn()
  if (!operator) return null
  return (
    <nav aria-label="Rooms" className="flex items-center gap-0.5 rounded-lg bg-muted p-0.5">
      <Link to="/" className={look} {...here(room === 'chat')}>
        <MessageSquare aria-hidden="true" className="size-3.5" /> Chat
      </Link>
      <Link to="/operations" className={look} {...here(room === 'operations')}>
        <Activity aria-hidden="true" className="size-3.5" /> Operations
      </Link>
    </nav>
  )
}

function here(is: boolean) {
  return is ? { 'data-here': '', 'aria-current': 'true' as const } : { 'aria-current': false as const }
}
