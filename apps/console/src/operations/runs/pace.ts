/**
 * How time is laid out where a run is looked at: as it went, or with long silences cut short. Pure. The law: order is kept, and
 * what is shown never takes longer than it took.
 */

export interface Silence {
  readonly from: number
  readonly to: number
}

export interface Pace {
  /** From a moment of the run to its place. */
  readonly place: (at: number) => number
  /** How long it is laid out. */
  readonly lengthMs: number
  /** What was cut short, in order. */
  readonly silences: readonly Silence[]
}

export interface PaceOptions {
  /** When something happened, in order. */
  readonly moments: readonly number[]
  readonly durationMs: number
  /** Longer silences take so long. Infinity: none is cut short. */
  readonly maxSilenceMs: number
}

export function paceOf({ moments, durationMs, maxSilenceMs }: PaceOptions): Pace {
  const cuts: { readonly from: number; readonly to: number; readonly cutBefore: number }[] = []
  let cut = 0
  let before = 0
  for (const at of [...moments, durationMs]) {
    if (at - before > maxSilenceMs) {
      cuts.push({ from: before, to: at, cutBefore: cut })
      cut += at - before - maxSilenceMs
    }
    before = Math.max(before, at)
  }

  function place(at: number): number {
    const last = cuts.findLast(({ from }) => from < at)
    if (last === undefined) return at
    const { from, to, cutBefore } = last
    const length = to - from
    if (at >= to) return at - cutBefore - (length - maxSilenceMs)
    return from - cutBefore + ((at - from) / length) * maxSilenceMs
  }

  return { place, lengthMs: place(durationMs), silences: cuts.map(({ from, to }) => ({ from, to })) }
}

/** What a silence is cut to: a fifth of what is not silence, so that both can be seen. Infinity: there is none worth it. */
export function shortSilenceMs(moments: readonly number[], durationMs: number): number {
  const gaps = [...moments, durationMs].map((at, index, all) => at - (all[index - 1] ?? 0)).sort((a, b) => b - a)
  const [longest = 0] = gaps
  const lively = gaps.reduce((sum, gap) => sum + Math.min(gap, 5_000), 0)
  const short = Math.max(1_000, lively / 5)
  return longest > 4 * short ? short : Number.POSITIVE_INFINITY
}

const steps = [1, 2, 5]

/** Round moments to name on an axis, at most so many after the first. */
export function ticksOf(lengthMs: number, most: number): readonly number[] {
  if (lengthMs <= 0) return [0]
  const least = lengthMs / most
  const power = 10 ** Math.floor(Math.log10(least))
  const step = [...steps, 10].map((times) => times * power).find((size) => size >= least) ?? least
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, index) => index * step)
}
