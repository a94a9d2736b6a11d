import type { LatencyName } from 'toolcrib/operations'

export const latencyWords: { readonly [L in LatencyName]: { readonly label: string; readonly about: string } } = {
  firstEvent: { label: 'First event', about: 'from a message to the first event of its run' },
  commit: { label: 'Commit', about: 'the store made events durable' },
  step: { label: 'Step', about: 'the model spoke, from its first word to the end of a step' },
  run: { label: 'Run', about: 'from its start to its end' },
  call: { label: 'Tool call', about: 'a tool was at work' },
}

export const latencyNames = Object.keys(latencyWords) as readonly LatencyName[]
