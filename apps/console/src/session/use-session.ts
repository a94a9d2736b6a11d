/** The session behind the cookie: asked once at the start, then kept in step with what the person does. */
import { useCallback, useEffect, useState } from 'react'
import type { Failure, Principal } from 'toolcrib/protocol'

export type Session =
  | { readonly state: 'loading' }
  | { readonly state: 'unreachable'; readonly reason: string }
  /** `ended`: somebody was signed in on this page, and did not sign out here. */
  | { readonly state: 'signed_out'; readonly ended: boolean }
  | { readonly state: 'signed_in'; readonly principal: Principal; readonly operator: boolean }

export function useSession() {
  const [session, setSession] = useState<Session>({ state: 'loading' })

  const load = useCallback(async () => {
    setSession(await askWho())
  }, [])

  useEffect(() => void load(), [load])

  const signIn = useCallback(async (name: string): Promise<Failure | undefined> => {
    const answer = await post('/v1/sign-in', { name })
    if ('failure' in answer) return answer.failure
    // What they may is asked as after a reload.
    setSession(await askWho())
    return undefined
  }, [])

  /** Who could not be signed out still is, whatever the page would say. */
  const signOut = useCallback(async ({ everywhere = false } = {}): Promise<Failure | undefined> => {
    const answer = await post('/v1/sign-out', { everywhere })
    if ('failure' in answer && (await askWho()).state !== 'signed_out') return answer.failure
    setSession({ state: 'signed_out', ended: false })
    return undefined
  }, [])

  /** Asks again who sits here: another tab may have signed out, or in as somebody else. */
  const recheck = useCallback(async () => {
    const found = await askWho()
    setSession((known) => (found.state === 'unreachable' || isSame(found, known) ? known : endOf(found)))
  }, [])

  return { session, signIn, signOut, retry: load, recheck }
}

function endOf(found: Session): Session {
  return found.state === 'signed_out' ? { ...found, ended: true } : found
}

function isSame(a: Session, b: Session): boolean {
  if (a.state !== 'signed_in' || b.state !== 'signed_in') return a.state === b.state
  return userKey(a.principal) === userKey(b.principal)
}

/** Tells one user from every other. */
export function userKey({ tenant, user }: Principal): string {
  return JSON.stringify([tenant, user])
}

async function askWho(): Promise<Session> {
  try {
    const response = await fetch('/v1/me')
    if (response.ok) {
      const { principal, operator } = await response.json()
      return { state: 'signed_in', principal, operator }
    }
    if (response.status === 401) return { state: 'signed_out', ended: false }
    return { state: 'unreachable', reason: `It answered with status ${response.status}.` }
  } catch {
    return { state: 'unreachable', reason: 'No connection could be made. Is it running?' }
  }
}

type Answer = { readonly body: unknown } | { readonly failure: Failure }

async function post(path: string, body: object): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const parsed = response.status === 204 ? {} : await response.json()
    return response.ok ? { body: parsed } : { failure: parsed.error }
  } catch {
    return { failure: { code: 'UNREACHABLE', message: 'The server does not answer; try again', retry: 'later' } }
  }
}
