/**
 * Time and memory of small things, side by side: the contestants take turns within one process, so that what disturbs the
 * machine disturbs all of them, and the median of the turns counts.
 *
 * @module
 */
export interface Timing {
  /** Median over the turns, microseconds for one repetition. */
  readonly us: number
  /** The same in processor time of the thread that measures: what others do on the machine changes it little. */
  readonly cpuUs: number
  /** Interquartile range as a share of the median. */
  readonly spread: number
}

export interface TurnOptions {
  /** Default 15. */
  readonly turns?: number
  /** How long a turn lasts at least. Default 60. */
  readonly turnMs?: number
  /** How long each runs before the turns that count. Default `turnMs`. */
  readonly warmUpMs?: number
}

export async function takeTurns<Name extends string>(
  contestants: Readonly<Record<Name, () => unknown>>,
  { turns = 15, turnMs = 60, warmUpMs = turnMs }: TurnOptions = {},
): Promise<Readonly<Record<Name, Timing>>> {
  const names = Object.keys(contestants) as Name[]
  const samples = new Map<Name, Turn[]>(names.map((name) => [name, []]))
  for (const name of names) await turn(contestants[name], warmUpMs)
  for (let round = 0; round < turns; round++) {
    for (const name of names) samples.get(name)?.push(await turn(contestants[name], turnMs))
  }
  const timings = names.map((name) => [name, summarise(samples.get(name) ?? [])] as const)
  return Object.fromEntries(timings) as Record<Name, Timing>
}

/** Bytes of heap that each of `count` made things holds, after a full collection. Needs `--expose-gc`. */
export async function heldBytes(count: number, make: () => unknown): Promise<number> {
  const held: unknown[] = Array.from({ length: count })
  const before = await settledHeap()
  for (let index = 0; index < count; index++) held[index] = make()
  const after = await settledHeap()
  if (held.length !== count) throw new Error('unreachable')
  return (after - before) / count
}

/** Resident and heap memory after the collector has done what it can. */
export async function settledHeap(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('Expected node to be started with --expose-gc')
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

interface Turn {
  readonly us: number
  readonly cpuUs: number
}

async function turn(run: () => unknown, turnMs: number): Promise<Turn> {
  let repetitions = 0
  let batch = 1
  const cpuStart = process.threadCpuUsage()
  const start = performance.now()
  for (;;) {
    for (let index = 0; index < batch; index++) {
      const result = run()
      if (result instanceof Promise) await result
    }
    repetitions += batch
    const elapsedMs = performance.now() - start
    if (elapsedMs >= turnMs) {
      const { user, system } = process.threadCpuUsage(cpuStart)
      return { us: (elapsedMs * 1000) / repetitions, cpuUs: (user + system) / repetitions }
    }
    if (elapsedMs < turnMs / 20) batch *= 2
  }
}

function summarise(turns: readonly Turn[]): Timing {
  const elapsed = turns.map(({ us }) => us)
  const us = median(elapsed)
  const spread = (quantile(elapsed, 0.75) - quantile(elapsed, 0.25)) / us
  return { us, cpuUs: median(turns.map(({ cpuUs }) => cpuUs)), spread }
}
