/** Who sits here decides what is shown: nobody yet, the sign-in, or the rooms. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ClientProvider } from './connection.tsx'
import { ToastRegion } from './kit/toast.tsx'
import { router } from './router.tsx'
import { SignIn } from './session/sign-in.tsx'
import { type SignedIn, SignedInContext } from './session/signed-in.ts'
import { userKey, useSession } from './session/use-session.ts'

export function App() {
  const { session, signIn, signOut, retry, recheck } = useSession()
  switch (session.state) {
    case 'loading':
      return <p className="grid h-full place-items-center text-muted-foreground">Loading…</p>
    case 'unreachable':
      return (
        <main className="grid h-full place-items-center p-6 text-center">
          <div>
            <h1 className="text-lg font-semibold">The server does not answer</h1>
            <p className="mt-2 text-muted-foreground">{session.reason}</p>
            <button
              type="button"
              onClick={() => void retry()}
              className="mt-4 rounded-lg bg-primary px-4 py-2 font-medium text-primary-foreground"
            >
              Try again
            </button>
          </div>
        </main>
      )
    case 'signed_out':
      return <SignIn onSignIn={signIn} />
    case 'signed_in':
      return (
        <Rooms
          key={userKey(session.principal)}
          principal={session.principal}
          operator={session.operator}
          signOut={signOut}
          onSessionDoubt={() => void recheck()}
        />
      )
    default:
      return session satisfies never
  }
}

interface RoomsProps extends SignedIn {
  readonly onSessionDoubt: () => void
}

/** All that one person sees. What was asked for one is never found by the next. */
function Rooms({ principal, operator, signOut, onSessionDoubt }: RoomsProps) {
  const signedIn = useMemo((): SignedIn => ({ principal, operator, signOut }), [principal, operator, signOut])
  const queries = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), [])
  return (
    <SignedInContext value={signedIn}>
      <QueryClientProvider client={queries}>
        <ClientProvider principal={principal} onSessionDoubt={onSessionDoubt}>
          <ToastRegion>
            <RouterProvider router={router} />
          </ToastRegion>
        </ClientProvider>
      </QueryClientProvider>
    </SignedInContext>
  )
}
