import { CloudOff, WifiOff } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '../kit/button.tsx'
import { PageState } from './page-state.tsx'
import { useOnline } from './use-online.ts'

const retryMs = 5_000

/** The server does not answer: asked again by itself, and at once when the network is back. */
export function UnreachablePage({
  reason,
  onRetry,
}: {
  readonly reason: string
  readonly onRetry: () => Promise<void>
}) {
  const online = useOnline()
  const [busy, setBusy] = useState(false)
  const asking = useRef(false)
  const again = useEffectEvent(() => void ask())

  useEffect(() => {
    if (!online) return
    const timer = setInterval(again, retryMs)
    return () => clearInterval(timer)
  }, [online])

  useEffect(() => {
    const onOnline = () => again()
    addEventListener('online', onOnline)
    return () => removeEventListener('online', onOnline)
  }, [])

  /** One question at a time: a slow answer is still one. */
  async function ask() {
    if (asking.current) return
    asking.current = true
    await onRetry()
    asking.current = false
  }

  async function retry() {
    setBusy(true)
    await ask()
    setBusy(false)
  }

  return (
    <PageState
      icon={online ? CloudOff : WifiOff}
      tone="warn"
      title={online ? 'The server does not answer' : 'You are offline'}
      action={
        <Button variant="primary" busy={busy} onClick={() => void retry()}>
          Try again
        </Button>
      }
    >
      {online ? reason : 'This device has no network.'} This page goes on by itself as soon as it can.
    </PageState>
  )
}
