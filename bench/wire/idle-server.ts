/** The server whose idle connections are weighed. @module */
import { createMemoryStore } from 'toolcrib/store/memory'
import { settledHeap } from '../measure.ts'
import { startBareServer } from './bare-server.ts'
import { answerParent } from './processes.ts'
import { startToolcribServer } from './toolcrib-server.ts'

export interface Memory {
  readonly rss: number
  readonly heap: number
  readonly connections: number
}

let connections = (): number => 0

const answers = {
  async listen({
    kind,
    count,
  }: {
    readonly kind: 'toolcrib' | 'bare'
    readonly count: number
  }): Promise<{ readonly port: number }> {
    if (kind === 'bare') {
      const server = await startBareServer(() => {})
      connections = () => server.sockets.size
      return server
    }
    const { port, gateway } = await startToolcribServer({
      store: createMemoryStore(),
      model: {
        name: 'silent',
        stream: () => {
          throw new Error('Expected nobody to ask')
        },
      },
      // No ping falls into the time of the measurement; the timers are there all the same.
      limits: { maxConnections: count, pingIntervalMs: 600_000 },
    })
    connections = () => gateway.connections().length
    return { port }
  },
  async memory(): Promise<Memory> {
    const heap = await settledHeap()
    return { rss: process.memoryUsage.rss(), heap, connections: connections() }
  },
}
export type IdleServer = typeof answers
answerParent(answers)
