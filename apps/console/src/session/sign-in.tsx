/** For who has not signed in. The law: it offers no way in that is not there. */
import { Check, Copy, KeyRound } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import type { Failure } from 'toolcrib/protocol'
import { Button } from '../kit/button.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { Notice } from '../kit/notice.tsx'
import { TextField } from '../kit/text-field.tsx'
import { Logo } from '../parts/logo.tsx'
import { LoadingPage } from '../shell/page-state.tsx'

export interface SignInProps {
  /** Somebody was signed in here, and is not any more without having asked for it. */
  readonly ended: boolean
  readonly onSignIn: (name: string) => Promise<Failure | undefined>
}

export function SignIn({ ended, onSignIn }: SignInProps) {
  const byName = useByName()
  if (byName === undefined) return <LoadingPage />
  return (
    <main className="h-full overflow-y-auto">
      <title>Sign in · Toolcrib</title>
      <div className="grid min-h-full place-items-center p-4 sm:p-6">
        <div className="w-full max-w-sm">
          <div className="mb-6 flex justify-center">
            <Logo />
          </div>
          {ended && (
            <Notice tone="primary" className="mb-4">
              You were signed out: elsewhere, or because your sign-in ran out. What you had written is kept in this tab.
            </Notice>
          )}
          <div className="rounded-2xl border bg-card p-6 shadow-sm sm:p-8">
            {byName ? <ByName onSignIn={onSignIn} /> : <ByToken />}
          </div>
        </div>
      </div>
    </main>
  )
}

function ByName({ onSignIn }: Pick<SignInProps, 'onSignIn'>) {
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (busy || name.trim() === '') return
    setBusy(true)
    setFailure(await onSignIn(name.trim()))
    setBusy(false)
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
      <p className="mt-1.5 text-sm text-muted-foreground">
        This server runs for development on this machine: a name is enough. Each name has its own chats and notes.
      </p>
      <TextField
        label="Your name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoFocus
        required
        maxLength={64}
        autoComplete="username"
        placeholder="ann"
        problem={failure?.message}
        className="mt-6"
      />
      <Button
        type="submit"
        variant="primary"
        size="large"
        busy={busy}
        disabled={name.trim() === ''}
        className="mt-5 w-full"
      >
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

/** Where an issuer vouches for people, the server takes its tokens and nothing else. */
function ByToken() {
  return (
    <>
      <KeyRound aria-hidden="true" className="size-6 text-primary" />
      <h1 className="mt-3 text-xl font-semibold tracking-tight">This server takes tokens</h1>
      <p className="mt-1.5 text-sm text-muted-foreground">
        An issuer vouches for its people, so there is no name or password to type here. Two ways lead in:
      </p>
      <ol className="mt-5 flex flex-col gap-5 text-sm">
        <Way title="Through your organisation’s address">
          Its proxy signs you in and hands your token on, as <code className="font-mono">Authorization: Bearer</code>.
          Ask who runs this server for that address.
        </Way>
        <Way title="From a terminal, with a token of the issuer">
          <Copied text={`npm run chat -- --url ${location.origin} --token <token>`} />
        </Way>
      </ol>
      <p className="mt-5 text-xs text-muted-foreground">
        How tokens are checked, and who may have which role, is in the server’s docs/configuration.md, under “auth”.
      </p>
    </>
  )
}

function Way({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li>
      <h2 className="font-medium">{title}</h2>
      <div className="mt-1 text-muted-foreground">{children}</div>
    </li>
  )
}

function Copied({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false)
  // A page that is not served securely may not copy; the text stands there to be marked.
  const copy = () =>
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  return (
    <div className="flex items-start gap-1 rounded-lg bg-muted py-1 ps-3 pe-1">
      <code className="min-w-0 flex-1 py-1.5 font-mono text-xs text-foreground [overflow-wrap:anywhere]">{text}</code>
      <IconButton label={copied ? 'Copied' : 'Copy'} icon={copied ? Check : Copy} onClick={copy} />
    </div>
  )
}

const answerMs = 5_000

/** Undefined until the server has said. One that does not say is asked by the form itself. */
function useByName(): boolean | undefined {
  const [byName, setByName] = useState<boolean>()

  useEffect(() => {
    let shown = true
    const ask = async () => {
      const response = await fetch('/v1/sign-in', { signal: AbortSignal.timeout(answerMs) })
      const answer: { readonly byName?: unknown } = response.ok ? await response.json() : {}
      if (shown) setByName(answer.byName !== false)
    }
    ask().catch(() => shown && setByName(true))
    return () => {
      shown = false
    }
  }, [])

  return byName
}
