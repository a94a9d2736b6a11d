/** Who sits here decides what is shown: nobody yet, the sign-in, or the rooms. */
import { RouterProvider } from '@tanstack/react-router'
import { useCallback, useMemo, useRef } from 'react'
import { ClientProvider } from './connection.tsx'
import { ToastRegion } from './kit/toast.tsx'
import { createPageRouter, history } from './router.tsx'
import { SignIn } from './session/sign-in.tsx'
import { type SignedIn, SignedInContext } from './session/signed-in.ts'
import { userKey, useSession } from './session/use-session.ts'
import { LoadingPage } from './shell/page-state.tsx'
import { UnreachablePage } from './shell/unreachable-page.tsx'

export function App() {
  const { session, signIn, signOut, retry, recheck } = useSession(useOwnPlaces())
  switch (session.state) {
    case 'loading':
      return <LoadingPage />
    case 'unreachable':
      return <UnreachablePage reason={session.reason} onRetry={retry} />
    case 'signed_out':
      return <SignIn ended={session.ended} onSignIn={signIn} />
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

/** An address is its person's: whoever sits down after somebody else goes on where they were themselves, or begins. */
function useOwnPlaces(): (before: string, now: string) => void {
  const places = useRef(new Map<string, string>())
  return useCallback((before, now) => {
    places.current.set(before, history.location.href)
    history.replace(places.current.get(now) ?? '/')
  }, [])
}

interface RoomsProps extends Omit<SignedIn, 'onLeave'> {
  readonly onSessionDoubt: () => void
}

/** All that one person sees. What was asked for one is never found by the next. */
function Rooms({ principal, operator, signOut, onSessionDoubt }: RoomsProps) {
  const signedIn = useMemo((): SignedIn => {
    const leaving = new Set<() => Promise<void>>()
    return {
      principal,
      operator,
      async signOut(options) {
        await Promise.all([...leaving].map((settle) => settle()))
        return signOut(options)
      },
      onLeave(settle) {
        leaving.add(settle)
        return { [Symbol.dispose]: () => void leaving.delete(settle) }
      },
    }
  }, [principal, operator, signOut])
  const router = useMemo(createPageRouter, [])
  return (
    <SignedInContext value={signedIn}>
      <ClientProvider principal={principal} onSessionDoubt={onSessionDoubt}>
        <ToastRegion>
          <RouterProvider router={router} />
        </ToastRegion>
      </ClientProvider>
    </SignedInContext>
  )
}
