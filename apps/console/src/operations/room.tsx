/** The operations room: the house seen from inside. Only for operators; the server decides, the page only says so. */
import { Link, Outlet } from '@tanstack/react-router'
import { Logo } from '../parts/logo.tsx'
import { useSignedIn } from '../session/signed-in.ts'

const pages = [
  { to: '/operations/audit', label: 'Audit' },
  { to: '/operations/health', label: 'Health' },
] as const

export function OperationsRoom() {
  const { operator } = useSignedIn()
  if (!operator) {
    return (
      <main className="grid h-full place-items-center p-6 text-center">
        <div>
          <h1 className="text-lg font-semibold">This room is for operators</h1>
          <p className="mt-2 text-muted-foreground">Ask who runs this server for the role.</p>
          <Link to="/" className="mt-4 inline-block text-primary underline">
            Back to the chat
          </Link>
        </div>
      </main>
    )
  }
  return (
    <div className="flex h-full flex-col overflow-hidden">
      <header className="flex items-center gap-6 border-b px-4 py-2">
        <Link to="/" aria-label="Back to the chat">
          <Logo small />
        </Link>
        <nav aria-label="Operations" className="flex gap-1 overflow-x-auto text-sm">
          {pages.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              className="rounded-lg px-3 py-1.5 text-muted-foreground hover:bg-muted aria-[current=page]:bg-accent aria-[current=page]:text-foreground"
            >
              {label}
            </Link>
          ))}
        </nav>
      </header>
      <main className="min-h-0 flex-1 overflow-y-auto">
        <Outlet />
      </main>
    </div>
  )
}
