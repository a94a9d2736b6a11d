/** Samples as the lines of charts. The law: where nothing was heard nothing is drawn, and no percentile is made of nothing. */
import {
  addLatencies,
  type LatencyCounts,
  type LatencyName,
  latencyQuantile,
  type NowSample,
} from 'toolcrib/operations'

/** A place in time: a sample, or null where some are missing. */
export interface Moment {
  readonly at: number
  readonly sample: NowSample | null
}

/** A second that is later than this has others missing before it: the server was down, or its process was. */
const gapFactor = 3

export function momentsOf(
  samples: readonly NowSample[],
  { everyMs, from }: { everyMs: number; from: number },
): readonly Moment[] {
  return samples.flatMap((sample, index): readonly Moment[] => {
    // One before the window is kept, so that its line begins at the edge.
    if (sample.at < from - everyMs) return []
    const before = samples[index - 1]
    const gap = before !== undefined && sample.at - before.at > gapFactor * everyMs
    return gap
      ? [
          { at: before.at + everyMs, sample: null },
          { at: sample.at, sample },
        ]
      : [{ at: sample.at, sample }]
  })
}

export function lineOf(moments: readonly Moment[], value: (sample: NowSample) => number): readonly (number | null)[] {
  return moments.map(({ sample }) => (sample === null ? null : value(sample)))
}

/** So many a second. */
export function rateOf(count: number, { spanMs }: Pick<NowSample, 'spanMs'>): number {
  return spanMs > 0 ? (count * 1_000) / spanMs : 0
}

export function latenciesOf(samples: Iterable<NowSample | null>, name: LatencyName): LatencyCounts {
  return addLatencies([...samples].map((sample) => sample?.latencies[name] ?? []))
}

/** Of the last so many moments at each: a percentile of a single second would be one of a few. */
export function rollingQuantiles(
  moments: readonly Moment[],
  { name, share, over }: { readonly name: LatencyName; readonly share: number; readonly over: number },
): readonly (number | null)[] {
  return moments.map(({ sample }, index) => {
    if (sample === null) return null
    const last = moments.slice(Math.max(0, index - over + 1), index + 1)
    return latencyQuantile(
      latenciesOf(
        last.map((moment) => moment.sample),
        name,
      ),
      share,
    )
  })
}

export function sumOf(samples: readonly NowSample[], count: (sample: NowSample) => number): number {
  return samples.reduce((sum, sample) => sum + count(sample), 0)
}

/** Counts by name, the largest first. */
export function tallyOf(
  samples: readonly NowSample[],
  tally: (sample: NowSample) => Readonly<Record<string, number>>,
): readonly (readonly [name: string, count: number])[] {
  const sums = new Map<string, number>()
  for (const sample of samples) {
    for (const [name, count] of Object.entries(tally(sample))) sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return [...sums].toSorted(([, one], [, other]) => other - one)
}
