/** The operations room: the house seen from inside. Only for operators; the server decides, the page only says so. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { Logo } from '../parts/logo.tsx'
import { useSignedIn } from '../session/signed-in.ts'
import { Main } from '../shell/main.tsx'
import { PageState } from '../shell/page-state.tsx'
import { RoomSwitch } from '../shell/room-switch.tsx'
import { UserMenu } from '../shell/user-menu.tsx'
import { HealthMark } from './health/health-mark.tsx'

const pages = [
  { to: '/operations/now', label: 'Now' },
  { to: '/operations/scopes', label: 'Scopes' },
  { to: '/operations/registry/{-$view}/{-$tool}', label: 'Registry' },
  { to: '/operations/runs', label: 'Runs' },
  { to: '/operations/audit', label: 'Audit' },
  { to: '/operations/health', label: 'Health' },
  { to: '/operations/limits', label: 'Limits' },
] as const

/** Asked whatever the browser thinks of the network: what does not answer is told, and not waited for in silence. */
const questions = {
  defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } },
} as const

/** What was asked here is forgotten when it is left, and never found by the next who sits here. */
export function OperationsRoom() {
  const { operator } = useSignedIn()
  const [queries] = useState(() => new QueryClient(questions))
  if (!operator) {
    return (
      <PageState
        icon={Lock}
        title="This room is for operators"
        action={
          <Link to="/" className="text-primary underline underline-offset-2">
            Back to the chat
          </Link>
        }
      >
        Ask who runs this server for the role.
      </PageState>
    )
  }
  return (
    <QueryClientProvider client={queries}>
      <div className="flex h-full flex-col overflow-hidden">
        <header className="flex shrink-0 flex-wrap items-center gap-x-5 border-b bg-sidebar px-4 md:flex-nowrap">
          <Link to="/" aria-label="Toolcrib: back to the chat" className="flex h-13 shrink-0 items-center">
            <Logo small />
          </Link>
          <nav
            aria-label="Operations"
            className="order-last -mx-2 flex w-full min-w-0 flex-wrap pb-1 text-sm md:order-none md:mx-0 md:w-auto md:flex-1 md:flex-nowrap md:gap-1 md:overflow-x-auto md:pb-0 md:[scrollbar-width:none]"
          >
            {pages.map(({ to, label }) => (
              <Link
                key={to}
                to={to}
                className="relative flex h-9 shrink-0 items-center rounded-lg px-2.5 text-muted-foreground outline-offset-[-3px] transition-colors hover:text-foreground aria-[current=page]:font-medium aria-[current=page]:text-foreground aria-[current=page]:after:absolute aria-[current=page]:after:inset-x-2.5 md:aria-[current=page]:after:inset-x-3 aria-[current=page]:after:bottom-0 aria-[current=page]:after:h-0.5 aria-[current=page]:after:rounded-full aria-[current=page]:after:bg-primary md:h-13 md:px-3"
              >
                {label}
                {to === '/operations/health' && <HealthMark />}
              </Link>
            ))}
          </nav>
          <div className="ms-auto flex shrink-0 items-center gap-2">
            <div className="max-sm:hidden">
              <RoomSwitch room="operations" />
            </div>
            <Link
              to="/"
              className="rounded-lg px-2 py-1.5 text-sm text-muted-foreground hover:bg-muted hover:text-foreground sm:hidden"
            >
              Chat
            </Link>
            <UserMenu compact />
          </div>
        </header>
        <Main className="min-h-0 flex-1 overflow-y-auto">
          <Outlet />
        </Main>
      </div>
    </QueryClientProvider>
  )
}
