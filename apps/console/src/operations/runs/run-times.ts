/** Moments and amounts of a run as people read them. */
import { describeAmount } from 'toolcrib/protocol'
import { formatDuration } from '../../parts/time.ts'

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** Such as “3 minutes ago”. */
export function formatAgo(at: number, now: number): string {
  const ms = now - at
  const [unit, length] = units.find(([, size]) => ms >= size) ?? []
  if (unit === undefined || length === undefined) return 'just now'
  return relative.format(-Math.floor(ms / length), unit)
}

export function formatMoment(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** Such as `+1.25 s`. */
export function formatOffset(ms: number): string {
  return `+${formatLong(ms)}`
}

/** As on an axis: hours where there are hours. */
export function formatLong(ms: number): string {
  if (ms < 3_600_000) return ms === 0 ? '0' : formatDuration(ms)
  const minutes = Math.round(ms / 60_000)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Null where the model has no price. */
export function formatCost(micros: number, currency: string): string | null {
  return micros === 0 ? null : describeAmount('money', micros, currency)
}
