/**
 * The tool `current_time`: what time it is in a time zone or a city. It reads the clock it was given and no other.
 *
 * @module
 */
import type { CityData } from 'city-timezones'
import { defineTool, type Tool } from 'toolcrib'
import type { Clock } from 'toolcrib/agent'
import { z } from 'zod'
import { type Cities, createCities } from './cities.ts'
import { StarterToolError } from './errors.ts'
import { nearestNames } from './nearest-names.ts'

const MAX_OTHERS = 5

const input = z.object({
  place: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('A city, "city, country", a country, or an IANA time zone. Left out: UTC')
    .meta({
      examples: [
        'Oslo',
        'Tokyo',
        'New York',
        'Paris, France',
        'Japan',
        'Springfield, Illinois',
        'Europe/London',
        'UTC',
      ],
    }),
})

const output = z.object({
  iso: z.string().describe('Date and time there with its offset, ISO 8601'),
  timeZone: z.string().describe('IANA name'),
  offset: z.string().describe('From UTC, such as +02:00'),
  weekday: z.string(),
  place: z.string().describe('The place that was taken'),
  text: z.string().describe('For people'),
  note: z.string().optional().describe('Set when the place could have been another'),
})

export function createCurrentTime(clock: Clock): Tool {
  let cities: Cities | undefined
  return defineTool({
    name: 'current_time',
    title: 'Current time',
    description:
      'The current time, date and weekday now, in a city, country or time zone of the world. Use it for "what time is it", "what day is today" and "what is the date".',
    category: 'time',
    tags: ['time', 'date', 'clock', 'timezone'],
    input,
    output,
    effect: 'read',
    timeoutMs: 5_000,
    execute({ place }) {
      cities ??= createCities()
      const found = findPlace(place ?? 'UTC', cities)
      const time = tellTime(clock.now(), found.timeZone)
      return {
        ...time,
        timeZone: found.timeZone,
        place: found.name,
        text: `It is ${time.text} in ${found.name}.`,
        ...(found.note === undefined ? {} : { note: found.note }),
      }
    },
  })
}

interface Place {
  readonly name: string
  readonly timeZone: string
  readonly note?: string
}

function findPlace(place: string, cities: Cities): Place {
  const city = findCity(place, cities)
  if (city !== undefined) return city
  const timeZone = zoneOf(place)
  if (timeZone !== undefined) return { name: timeZone, timeZone }
  const region = findRegion(place, cities)
  if (region !== undefined) return region
  // Of the thousands of names only those with the same first letter: a comparison with all of them would be felt by others.
  const initial = place.charAt(0).toLowerCase()
  const known = [...cities.names(), ...Intl.supportedValuesOf('timeZone')].filter(
    (name) => name.charAt(0).toLowerCase() === initial,
  )
  throw new StarterToolError('PLACE_UNKNOWN', { place, nearest: nearestNames(place, new Set(known)) })
}

/** As Intl spells it; undefined when it is none. Intl also takes offsets such as +02:00. */
function zoneOf(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name.replaceAll(' ', '_') }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** The most populous city of the name; the others are named, unless they keep the same time. */
function findCity(place: string, cities: Cities): Place | undefined {
  const [name = '', ...regions] = place.split(',')
  const [largest, ...rest] = cities.find(name, regions)
  if (largest === undefined) return undefined
  const others = rest.filter((city) => city.timezone !== largest.timezone)
  const shown = others.slice(0, MAX_OTHERS).map(fullName).join('; ')
  return {
    name: fullName(largest),
    timeZone: largest.timezone,
    ...(others.length === 0 ? {} : { note: `The most populous ${largest.city} was taken. There is also: ${shown}.` }),
  }
}

/** A country or a province keeps the time of its most populous city; a note says so when it has others. */
function findRegion(place: string, cities: Cities): Place | undefined {
  const [largest, ...rest] = cities.inRegion(place)
  if (largest === undefined) return undefined
  const { timezone } = largest
  const others = new Set(rest.map((city) => city.timezone).filter((zone) => zone !== timezone))
  const shown = [...others].slice(0, MAX_OTHERS).join(', ')
  return {
    name: fullName(largest),
    timeZone: timezone,
    ...(others.size === 0
      ? {}
      : { note: `${place} has several time zones; its most populous city was taken. There is also: ${shown}.` }),
  }
}

function fullName(city: CityData): string {
  const { city: name, province, country } = city
  return [name, ...(province && province !== name ? [province] : []), country].join(', ')
}

function tellTime(now: number, timeZone: string): { iso: string; offset: string; weekday: string; text: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  const parts = new Map(format.formatToParts(now).map((part) => [part.type, part.value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  // The wall clock there, as ISO 8601 writes it: the moment moved by the offset and told in UTC.
  const wall = new Date(now + offsetMs(offset)).toISOString().slice(0, 19)
  const date = `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`
  return {
    iso: `${wall}${offset}`,
    offset,
    weekday: part('weekday'),
    text: `${part('hour')}:${part('minute')} on ${date} (UTC${offset})`,
  }
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes, seconds] = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(offset) ?? []
  const total = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)
  return (sign === '-' ? -total : total) * 1000
}
