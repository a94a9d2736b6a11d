/** Readings as the lines of charts. The law: where nothing was heard nothing is drawn, and no percentile is made of nothing. */
import {
  addLatencies,
  type LatencyCounts,
  type LatencyName,
  latencyQuantile,
  type NowReading,
} from 'toolcrib/operations'

/** A place in time: a reading, or null where some are missing. */
export interface Moment {
  readonly at: number
  readonly reading: NowReading | null
}

/** A second that is later than this has others missing before it: the server was down, or its process was. */
const gapFactor = 3

export function momentsOf(
  readings: readonly NowReading[],
  { everyMs, from }: { everyMs: number; from: number },
): readonly Moment[] {
  return readings.flatMap((reading, index): readonly Moment[] => {
    // One before the window is kept, so that its line begins at the edge.
    if (reading.at < from - everyMs) return []
    const before = readings[index - 1]
    const gap = before !== undefined && reading.at - before.at > gapFactor * everyMs
    return gap
      ? [
          { at: before.at + everyMs, reading: null },
          { at: reading.at, reading },
        ]
      : [{ at: reading.at, reading }]
  })
}

export function lineOf(moments: readonly Moment[], value: (reading: NowReading) => number): readonly (number | null)[] {
  return moments.map(({ reading }) => (reading === null ? null : value(reading)))
}

/** So many a second. */
export function rateOf(count: number, { spanMs }: Pick<NowReading, 'spanMs'>): number {
  return spanMs > 0 ? (count * 1_000) / spanMs : 0
}

export function latenciesOf(readings: Iterable<NowReading | null>, name: LatencyName): LatencyCounts {
  return addLatencies([...readings].map((reading) => reading?.latencies[name] ?? []))
}

/** Of the last so many moments at each: a percentile of a single second would be one of a few. */
export function rollingQuantiles(
  moments: readonly Moment[],
  { name, share, over }: { readonly name: LatencyName; readonly share: number; readonly over: number },
): readonly (number | null)[] {
  return moments.map(({ reading }, index) => {
    if (reading === null) return null
    const last = moments.slice(Math.max(0, index - over + 1), index + 1)
    return latencyQuantile(
      latenciesOf(
        last.map((moment) => moment.reading),
        name,
      ),
      share,
    )
  })
}

export function sumOf(readings: readonly NowReading[], count: (reading: NowReading) => number): number {
  return readings.reduce((sum, reading) => sum + count(reading), 0)
}

/** Counts by name, the largest first. */
export function tallyOf(
  readings: readonly NowReading[],
  tally: (reading: NowReading) => Readonly<Record<string, number>>,
): readonly (readonly [name: string, count: number])[] {
  const sums = new Map<string, number>()
  for (const reading of readings) {
    for (const [name, count] of Object.entries(tally(reading))) sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return [...sums].toSorted(([, one], [, other]) => other - one)
}
