/** What does it cost to give a connection its own scope? [REG-14] @module */
import { McpServer } from '@modelcontextprotocol/server'
import { createToolRegistry, defineTool } from 'toolcrib'
import { z } from 'zod'
import { heldBytes, takeTurns } from './measure.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'

const schema = z.object({ a: z.number(), b: z.string() })
const rows: (string | number)[][] = []
const costs: number[] = []
let heldMost = 0

for (const count of [10, 100, 1000]) {
  progress(`${count} tools`)
  const names = Array.from({ length: count }, (_, index) => `tool_${index}`)
  const app = createToolRegistry({ name: 'app' })
  for (const name of names) {
    app.add(defineTool({ name, description: `Tool ${name}.`, input: schema, effect: 'read', execute: () => name }))
  }
  app.freeze()

  const makeServer = () => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    for (const name of names) {
      server.registerTool(name, { description: `Tool ${name}.`, inputSchema: schema }, async () => ({ content: [] }))
    }
    return server
  }
  let next = 0
  const timings = await takeTurns(
    {
      toolcrib: async () => {
        const scope = app.open({ kind: 'connection', name: `c${next++}` })
        if (scope.list().length !== count) throw new Error('Expected the scope to see every tool')
        await scope.close()
      },
      mcp: () => makeServer(),
    },
    { warmUpMs: 500 },
  )
  const held = await heldBytes(5000, () => app.open({ kind: 'connection', name: `h${next++}` }))
  const heldByServer = await heldBytes(count === 1000 ? 20 : 100, makeServer)
  costs.push(timings.toolcrib.cpuUs)
  heldMost = Math.max(heldMost, held)
  rows.push([
    count,
    figure(timings.toolcrib.cpuUs),
    figure(timings.toolcrib.us),
    figure(timings.mcp.cpuUs),
    ratio(timings.mcp.cpuUs, timings.toolcrib.cpuUs),
    figure(held),
    figure(heldByServer),
    ratio(heldByServer, held),
  ])
}

const least = Math.min(...costs)
const most = Math.max(...costs)
printAnswer({
  question: 'What does it cost to give a connection its own scope?',
  columns: [
    'tools above',
    'open + list + close, µs',
    'elapsed, µs',
    'new McpServer, µs',
    'ratio',
    'held open, bytes',
    'McpServer, bytes',
    'ratio',
  ],
  rows,
  notes: [
    'Processor time of the thread; elapsed is the time on the clock, which others on the machine add to.',
    'Peer: a new `McpServer` of `@modelcontextprotocol/server` for each connection, with the same tools registered.',
    `Target: flat in the number of tools (here ${ratio(most, least)} between the cheapest and the dearest): ${verdict(most / least < 1.5)}.`,
    `Target: under 5 µs (${figure(most)}): ${verdict(most < 5)}. Under 1 KiB (${figure(heldMost)}): ${verdict(heldMost < 1024)}.`,
  ],
})
