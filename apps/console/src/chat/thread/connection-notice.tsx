/** Says that the line is down, why, and what to do; says nothing while all is well. */

import { CircleAlert, LoaderCircle, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ClientStatus } from 'toolcrib/client'
import { useClient, useConnection } from 'toolcrib/react'
import type { Icon } from '../../kit/icon.ts'
import { useOnline } from '../../shell/use-online.ts'

export function ConnectionNotice() {
  const client = useClient()
  const status = useConnection().status
  const online = useOnline()
  const why = useRefusal(status)
  const now = useNow(status.state === 'waiting')
  const [lost, setLost] = useState(false)
  const isLost = status.state === 'waiting' || (lost && status.state !== 'open')
  if (isLost !== lost) setLost(isLost)

  useEffect(() => {
    if (online) client.connectNow()
  }, [client, online])

  if (status.state === 'open' && online) return null
  // The first attempt of a page is no news; one after a loss is part of it, and the notice stays.
  if (status.state === 'connecting' && !isLost) return null
  const { icon: Picture, text, seconds, action } = describe(status, { online, why, now })
  return (
    <div
      role="status"
      className="late flex flex-wrap items-center justify-center gap-x-3 gap-y-1 border-b border-warn/25 bg-warn/10 px-4 py-2 text-center text-sm text-warn"
    >
      <span className="inline-flex items-center gap-2">
        <Picture aria-hidden="true" className={`size-4 shrink-0 ${Picture === LoaderCircle ? 'animate-spin' : ''}`} />
        <span className="text-start [overflow-wrap:anywhere]">
          {text}
          {/* Whoever listens would hear every second of it. */}
          {seconds !== undefined && <span aria-hidden="true"> Next attempt in {seconds} s.</span>}
        </span>
      </span>
      {action === 'try' && <Action label="Try now" onPress={() => client.connectNow()} />}
      {action === 'reload' && <Action label="Reload" onPress={() => location.reload()} />}
    </div>
  )
}

function Action({ label, onPress }: { readonly label: string; readonly onPress: () => void }) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="rounded-md px-1.5 py-0.5 font-medium underline underline-offset-2 hover:bg-warn/15"
    >
      {label}
    </button>
  )
}

interface Known {
  readonly online: boolean
  readonly why: string | undefined
  readonly now: number
}

interface Described {
  readonly icon: Icon
  readonly text: string
  /** To the next attempt. */
  readonly seconds?: number
  readonly action?: 'try' | 'reload'
}

function describe(status: ClientStatus, { online, why, now }: Known): Described {
  if (status.state === 'closed')
    return { icon: CircleAlert, text: closedText(status.code, status.reason), action: 'reload' }
  if (!online) {
    return {
      icon: WifiOff,
      text: 'You are offline. Answers go on being written; this page catches up when you are back.',
    }
  }
  switch (status.state) {
    case 'open':
      return { icon: LoaderCircle, text: 'Connected.' }
    case 'connecting':
      // The button stays where it is, and keeps the focus of who pressed it.
      return { icon: LoaderCircle, text: 'Connecting again…', action: 'try' }
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((status.retryAt - now) / 1000))
      const text = why ?? 'Connection lost; answers go on being written meanwhile.'
      return { icon: WifiOff, text, seconds, action: 'try' }
    }
    default:
      return status satisfies never
  }
}

function closedText(code: string | undefined, reason: string): string {
  switch (code) {
    case 'CREDENTIALS_EXPIRED':
      return 'Your sign-in has run out. Reload to sign in again; what you have written stays.'
    case 'REPLACED':
      return 'This page was replaced by another one of yours. Reload to go on here.'
    default:
      return `Disconnected: ${reason}. Reload to go on; what you have written stays.`
  }
}

/** Why the door is shut, which only a request tells: a browser hides it of a socket. */
function useRefusal(status: ClientStatus): string | undefined {
  const [why, setWhy] = useState<string>()
  const isOpen = status.state === 'open'
  const attempt = status.state === 'waiting' ? status.attempt : undefined

  useEffect(() => {
    if (isOpen) setWhy(undefined)
  }, [isOpen])

  useEffect(() => {
    if (attempt === undefined) return
    const aborter = new AbortController()
    const ask = async () => {
      const response = await fetch('/v1/socket', { signal: aborter.signal })
      const { error }: { readonly error?: { readonly code?: unknown } } = await response.json()
      if (!aborter.signal.aborted) setWhy(reasons.get(String(error?.code)))
    }
    // Who does not answer has said enough.
    ask().catch(() => {
      if (!aborter.signal.aborted) setWhy(undefined)
    })
    return () => aborter.abort()
  }, [attempt])

  return why
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['TOO_MANY_CONNECTIONS', 'You have too many pages and programs open at this server; close one of them.'],
  ['DRAINING', 'The server is being restarted; answers go on when it is back.'],
])

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now)

  useEffect(() => {
    if (!ticking) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [ticking])

  return now
}
