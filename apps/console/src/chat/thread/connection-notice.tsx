import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useClientStatus } from '../../connection.tsx'

/** Says that the line is down, why, and when the next attempt is due; says nothing while all is well. */
export function ConnectionNotice() {
  const status = useClientStatus()
  const [now, setNow] = useState(Date.now)

  useEffect(() => {
    if (status.state !== 'waiting') return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [status.state])

  if (status.state === 'open' || (status.state === 'connecting' && status.attempt <= 1)) return null
  return (
    <div role="status" className="flex items-center justify-center gap-2 bg-warn/15 px-4 py-1.5 text-sm text-warn">
      <WifiOff aria-hidden="true" className="size-4 shrink-0" />
      <span>{describe(status, now)}</span>
      {status.state === 'closed' && (
        <button type="button" onClick={() => location.reload()} className="font-medium underline">
          Reload
        </button>
      )}
    </div>
  )
}

function describe(status: Exclude<ReturnType<typeof useClientStatus>, { state: 'open' }>, now: number): string {
  switch (status.state) {
    case 'connecting':
      return 'Connecting again…'
    case 'waiting':
      return `Connection lost. Next attempt in ${Math.max(0, Math.ceil((status.retryAt - now) / 1000))} s; runs go on meanwhile.`
    case 'closed':
      return `Disconnected: ${status.reason}`
    default:
      return status satisfies never
  }
}
