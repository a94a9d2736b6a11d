import { formatBytes, formatCount, formatSpan } from '../parts/amount.ts'

/** By the unit at the end of its name. Null: no limit. */
export function formatLimit(name: string, value: number | null): string {
  if (value === null) return 'no limit'
  if (/Bytes/.test(name)) return formatBytes(value)
  if (name.endsWith('Ms')) return value === 0 ? '0 s' : formatSpan(value)
  if (name === 'maxCostMicros') return formatCount(value / 1_000_000)
  return formatCount(value)
}
