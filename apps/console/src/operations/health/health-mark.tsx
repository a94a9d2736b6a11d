import { useAnswer } from '../ask.ts'
import { healthWords } from './health-words.ts'

const dots = { healthy: 'bg-good', degraded: 'bg-warn', unhealthy: 'bg-bad' } as const

/** In the room's navigation: how the server does, as a dot and, when it is not well, a word. */
export function HealthMark() {
  const { data, error } = useAnswer('health', {}, { everyMs: 3_000 })
  if (data === undefined || error !== null) {
    return <span className="ms-1.5 text-xs font-medium text-warn">{error === null ? '' : '· no answer'}</span>
  }
  const { label } = healthWords[data.state]
  return (
    <span className="ms-2 inline-flex items-center gap-1.5 text-xs">
      <span aria-hidden="true" className={`size-2 rounded-full ${dots[data.state]}`} />
      <span className={data.state === 'healthy' ? 'sr-only' : 'font-medium text-foreground'}>
        {label.toLowerCase()}
      </span>
    </span>
  )
}
