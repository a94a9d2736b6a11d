import { type FormEvent, useState } from 'react'
import type { Failure } from 'toolcrib/protocol'
import { Logo } from '../parts/logo.tsx'

export function SignIn({ onSignIn }: { readonly onSignIn: (name: string) => Promise<Failure | undefined> }) {
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()

  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setFailure(await onSignIn(name.trim()))
    setBusy(false)
  }

  return (
    <main className="grid h-full place-items-center p-6">
      <form
        onSubmit={(event) => void submit(event)}
        className="w-full max-w-sm rounded-2xl border bg-card p-8 shadow-sm"
      >
        <Logo />
        <h1 className="mt-5 text-xl font-semibold tracking-tight">Sign in to Toolcrib</h1>
        <p className="mt-1 text-sm text-muted-foreground">
          This server runs for development on this machine: a name is enough. Each name has its own chats and notes.
        </p>
        <label htmlFor="name" className="mt-6 block text-sm font-medium">
          Your name
        </label>
        <input
          id="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          // biome-ignore lint/a11y/noAutofocus: the page has nothing else to do
          autoFocus
          required
          maxLength={64}
          autoComplete="username"
          aria-describedby={failure === undefined ? undefined : 'sign-in-failure'}
          className="mt-2 w-full rounded-lg border border-input bg-background px-3 py-2"
          placeholder="ann"
        />
        {failure !== undefined && (
          <p id="sign-in-failure" role="alert" className="mt-3 text-sm text-bad">
            {failure.message}
          </p>
        )}
        <button
          type="submit"
          disabled={busy || name.trim() === ''}
          className="mt-5 w-full rounded-lg bg-primary py-2.5 font-medium text-primary-foreground transition-opacity hover:opacity-90 disabled:opacity-50"
        >
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
