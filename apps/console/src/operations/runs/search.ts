/** What the addresses of the runs and of a run say, read with doubt: anybody may have written them. */
import type { RunsQuestion } from 'toolcrib/operations'

export const runStates = [
  'working',
  'waiting',
  'ended',
  'completed',
  'failed',
  'stopped',
  'timed_out',
  'limit_reached',
] as const satisfies readonly RunsQuestion['query']['state'][]

export interface RunsSearch {
  readonly state?: (typeof runStates)[number]
  readonly agent?: string
  readonly user?: string
  readonly id?: string
  /** Days as `2026-01-31`, both included. */
  readonly from?: string
  readonly to?: string
}

export const runViews = ['waterfall', 'log', 'replay'] as const
export type RunViewName = (typeof runViews)[number]

export interface RunSearch {
  /** Absent: the waterfall. */
  readonly view?: RunViewName
}

export function parseRunsSearch(search: Readonly<Record<string, unknown>>): RunsSearch {
  const state = runStates.find((known) => known === search.state)
  return {
    ...(state === undefined ? {} : { state }),
    ...textsOf(search, ['agent', 'user', 'id']),
    ...textsOf(search, ['from', 'to'], /^\d{4}-\d{2}-\d{2}$/),
  }
}

export function parseRunSearch(search: Readonly<Record<string, unknown>>): RunSearch {
  const view = runViews.find((known) => known === search.view)
  return view === undefined ? {} : { view }
}

/** As it is asked. */
export function runsQueryOf({ from, to, ...search }: RunsSearch): RunsQuestion['query'] {
  return {
    ...search,
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00`).getTime() }),
    ...(to === undefined ? {} : { to: new Date(`${to}T00:00`).setHours(24) }),
  }
}

/** A name of digits comes as a number. */
function textsOf<K extends string>(
  search: Readonly<Record<string, unknown>>,
  keys: readonly K[],
  shape: RegExp = /./,
): { readonly [Key in K]?: string } {
  const texts = keys.flatMap((key) => {
    const value = search[key]
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && shape.test(text) ? [[key, text.slice(0, 200)]] : []
  })
  return Object.fromEntries(texts) as { readonly [Key in K]?: string }
}
