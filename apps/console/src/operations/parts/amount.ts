/** Amounts as people read them. */

export function formatCount(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return `${formatCount(bytes / 1_024 ** power)} ${units[power]}`
}

export function formatLatency(ms: number): string {
  if (ms === 0) return '0 ms'
  // The smallest bucket holds all that is shorter, too.
  if (ms <= 0.1) return '≤ 0.1 ms'
  if (ms < 1) return `${ms.toFixed(1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${(ms / 60_000).toFixed(1)} min`
}

/** How long something lasts, in its two largest units. */
export function formatSpan(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const
  const parts = units.map(([unit, word], index) => {
    const above = units[index - 1]?.[0] ?? Number.POSITIVE_INFINITY
    return [Math.floor((ms % above) / unit), word] as const
  })
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return `${Math.round(ms)} ms`
  const said = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return said.map(([amount, word]) => `${amount} ${word}`).join(' ')
}
