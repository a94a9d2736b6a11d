/** The session behind the cookie: asked once at the start, then kept in step with what the person does. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Failure, Principal } from 'toolcrib/protocol'

export type Session =
  | { readonly state: 'loading' }
  | { readonly state: 'unreachable'; readonly reason: string }
  /** `ended`: somebody was signed in on this page, and did not sign out here. */
  | { readonly state: 'signed_out'; readonly ended: boolean }
  | { readonly state: 'signed_in'; readonly principal: Principal; readonly operator: boolean }

/** Who takes longer is as good as absent. */
const answerMs = 15_000

/** @param onSomebodyElse - Before another person's page is shown than the one before. Contract: the same function, always. */
export function useSession(onSomebodyElse: (before: string, now: string) => void) {
  const [session, setSession] = useState<Session>({ state: 'loading' })
  const asked = useRef(0)
  const last = useRef<string>(undefined)
  const isLeaving = useRef(false)
  const isSignedIn = useRef(false)

  const show = useCallback(
    (next: Session) => {
      // What was asked before is over.
      asked.current += 1
      isSignedIn.current = next.state === 'signed_in'
      if (next.state === 'signed_in') {
        const user = userKey(next.principal)
        if (last.current !== undefined && last.current !== user) onSomebodyElse(last.current, user)
        last.current = user
      }
      setSession(next)
    },
    [onSomebodyElse],
  )

  const load = useCallback(async () => {
    const mine = ++asked.current
    const found = await askWho()
    if (mine === asked.current) show(found)
  }, [show])

  useEffect(() => void load(), [load])

  const signIn = useCallback(
    async (name: string): Promise<Failure | undefined> => {
      const answer = await post('/v1/sign-in', { name })
      if (answer.failure !== undefined) return answer.failure
      // What they may is asked as after a reload.
      show(await askWho())
      return undefined
    },
    [show],
  )

  /** Who could not be signed out still is, whatever the page would say. */
  const signOut = useCallback(
    async ({ everywhere = false } = {}): Promise<Failure | undefined> => {
      isLeaving.current = true
      const answer = await post('/v1/sign-out', { everywhere })
      const failed = answer.failure !== undefined && (await askWho()).state !== 'signed_out'
      isLeaving.current = false
      if (failed) return answer.failure
      show({ state: 'signed_out', ended: false })
      return undefined
    },
    [show],
  )

  /** Asks again who sits here: another tab may have signed out, or in as somebody else. */
  const recheck = useCallback(async () => {
    // A line that goes down after its person has left says nothing about them.
    if (!isSignedIn.current) return
    const mine = ++asked.current
    const found = await askWho()
    // The line of who signs out goes down before they are told that they did.
    if (isLeaving.current || mine !== asked.current || found.state === 'unreachable') return
    const isSame = found.state === 'signed_in' && userKey(found.principal) === last.current
    if (!isSame) show(endOf(found))
  }, [show])

  return { session, signIn, signOut, retry: load, recheck }
}

function endOf(found: Session): Session {
  return found.state === 'signed_out' ? { ...found, ended: true } : found
}

/** Tells one user from every other. */
export function userKey({ tenant, user }: Principal): string {
  return JSON.stringify([tenant, user])
}

async function askWho(): Promise<Session> {
  try {
    const response = await fetch('/v1/me', { signal: AbortSignal.timeout(answerMs) })
    if (response.ok) {
      const { principal, operator } = await response.json()
      return { state: 'signed_in', principal, operator }
    }
    if (response.status === 401) return { state: 'signed_out', ended: false }
    return { state: 'unreachable', reason: `It answered with status ${response.status}.` }
  } catch (error) {
    const isSlow = error instanceof DOMException && error.name === 'TimeoutError'
    const reason = isSlow ? 'It takes too long to answer.' : 'No connection could be made. Is it running?'
    return { state: 'unreachable', reason }
  }
}

interface Answer {
  /** Absent: it was done. */
  readonly failure?: Failure
}

const unreachable: Failure = { code: 'UNREACHABLE', message: 'The server does not answer; try again', retry: 'later' }

async function post(path: string, body: object): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerMs),
    })
    if (response.ok) return {}
    const { error }: { readonly error?: Failure } = await response.json()
    return { failure: error ?? unreachable }
  } catch {
    return { failure: unreachable }
  }
}
