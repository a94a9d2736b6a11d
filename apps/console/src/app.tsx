/** Who sits here decides what is shown: nobody yet, the sign-in, or the chat. */
import { Chat } from './chat.tsx'
import { SignIn } from './session/sign-in.tsx'
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
        <Chat
          key={userKey(session.principal)}
          principal={session.principal}
          onSignOut={signOut}
          onSessionDoubt={() => void recheck()}
        />
      )
    default:
      return session satisfies never
  }
}
