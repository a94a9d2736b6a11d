/**
 * Dates and times in English, read against the run's own clock.
 *
 * @module
 */
// Not from the package's main entry, which loads every language.
import { casual } from 'chrono-node/en'

export type DateForm = 'date' | 'time' | 'date-time'

export interface FoundDate {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** chrono's time grows with the text; a clause with a date in it is short. */
const MAX_CHARACTERS = 600

/** @param timeZone IANA name of the zone that a time without one is meant in. */
export function findDates(
  text: string,
  options: { readonly now: number; readonly timeZone: string; readonly form: DateForm },
): FoundDate[] {
  const { now, timeZone, form } = options
  const reference = { instant: new Date(now), timezone: offsetMinutes(now, timeZone) }
  return casual.parse(text.slice(0, MAX_CHARACTERS), reference, { forwardDate: true }).flatMap((result) => {
    const found = result.start
    const hasDay = found.isCertain('day') || found.isCertain('weekday') || found.isCertain('month')
    if (form === 'time' && !found.isCertain('hour')) return []
    if (
      !hasDay &&
      !found.isCertain('hour') &&
      !/\b(?:today|tomorrow|tonight|yesterday|next|in|ago|week)\b/i.test(result.text)
    )
      return []
    const day = `${pad(found.get('year') ?? 0, 4)}-${pad(found.get('month') ?? 1)}-${pad(found.get('day') ?? 1)}`
    const clock = `${pad(found.get('hour') ?? 0)}:${pad(found.get('minute') ?? 0)}`
    const offset = found.get('timezoneOffset') ?? offsetMinutes(found.date().getTime(), timeZone)
    const whole = `${day}T${found.isCertain('hour') ? clock : '00:00'}:00${zone(offset)}`
    const written = form === 'date' ? day : form === 'time' ? clock : whole
    return [{ text: written, start: result.index, end: result.index + result.text.length }]
  })
}

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0')
}

function zone(minutes: number): string {
  if (minutes === 0) return 'Z'
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

function offsetMinutes(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name)
  if (!match) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}
