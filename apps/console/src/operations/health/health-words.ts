import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import type { HealthWord } from 'toolcrib/operations'
import type { Tone } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'

/** Told by word, picture and colour. */
export const healthWords: {
  readonly [W in HealthWord]: {
    readonly label: string
    readonly tone: Tone
    readonly icon: Icon
    readonly fill: string
  }
} = {
  healthy: { label: 'Healthy', tone: 'good', icon: CircleCheck, fill: 'bg-good/35' },
  degraded: { label: 'Degraded', tone: 'warn', icon: TriangleAlert, fill: 'bg-warn' },
  unhealthy: { label: 'Unhealthy', tone: 'bad', icon: CircleAlert, fill: 'bg-bad' },
}

const names: Readonly<Record<string, string>> = {
  store: 'Store',
  registry: 'Registry',
  model: 'Model',
  eventLoop: 'Event loop',
  strayFaults: 'Stray faults',
  audit: 'Audit',
}

export function componentName(name: string): string {
  return names[name] ?? name
}
