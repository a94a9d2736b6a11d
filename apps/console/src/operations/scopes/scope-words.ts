/** What scopes are called, and look like. Times are the server's. */
import { AppWindow, Box, Building2, Cable, Play, User, Wrench } from 'lucide-react'
import type { ClosedScope } from 'toolcrib/operations'
import type { Icon } from '../../kit/icon.ts'

interface KindWords {
  readonly one: string
  readonly many: string
  readonly icon: Icon
}

const kinds: ReadonlyMap<string, KindWords> = new Map([
  ['app', { one: 'app', many: 'apps', icon: AppWindow }],
  ['tenant', { one: 'tenant', many: 'tenants', icon: Building2 }],
  ['user', { one: 'user', many: 'users', icon: User }],
  ['connection', { one: 'connection', many: 'connections', icon: Cable }],
  ['run', { one: 'run', many: 'runs', icon: Play }],
  ['call', { one: 'call', many: 'calls', icon: Wrench }],
])

export function kindWords(kind: string): KindWords {
  return kinds.get(kind) ?? { one: kind, many: kind, icon: Box }
}

export function countWords(count: number, kind: string): string {
  const { one, many } = kindWords(kind)
  return `${count.toLocaleString()} ${count === 1 ? one : many}`
}

/** The outer kinds first; one that is not known comes last. */
export function inOrderOfKinds<T extends { readonly kind: string }>(rows: readonly T[]): readonly T[] {
  const order = [...kinds.keys()]
  const rank = ({ kind }: T) => (order.includes(kind) ? order.indexOf(kind) : order.length)
  return rows.toSorted((a, b) => rank(a) - rank(b))
}

/** Of what lives for long in whole minutes, hours and days. */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}

/** It leaked, or something that it owned would not close. */
export function closedBadly({ leaked, failed, overdue }: ClosedScope): boolean {
  return leaked || failed.length + overdue.length > 0
}

/** The last part of a path, and all that is above it. */
export function splitPath(path: string): { readonly above: string; readonly name: string } {
  const cut = path.lastIndexOf('/')
  return { above: path.slice(0, Math.max(0, cut)), name: path.slice(cut + 1) }
}
