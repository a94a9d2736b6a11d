/** Durations and dates as people write them. The law: what writes a date is made once; making one takes as long as a hundred dates. */

const monthAndYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' })

export function formatDuration(ms: number): string {
  if (ms < 1) return '<1 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Under which heading of the sidebar a moment stands. */
export function dayOf(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return 'This week'
  return monthAndYear.format(at)
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** Such as `Sunday, 22 November 2026 at 18:33:05`. */
export function formatMoment(at: number): string {
  return moment.format(at)
}

/** Such as `18:33`. */
export function formatTime(at: number): string {
  return time.format(at)
}

/** A day between the turns of a chat: by name while it is near. */
export function formatDay(at: number, now: number): string {
  const named = dayOf(at, now)
  if (named === 'Today' || named === 'Yesterday') return named
  return day.format(at)
}

export function isSameDay(one: number, other: number): boolean {
  return startOfDay(one) === startOfDay(other)
}
