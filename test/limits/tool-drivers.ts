/**
 * The limits that one tool or the policy declares, beside the table of the configuration. The law: the same as for the
 * others.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import type { PolicyOptions } from 'toolcrib/policy'
import type { ToolCompleted } from 'toolcrib/protocol'
import { createScriptedModel } from 'toolcrib/testing'
import type { Drivers } from './gateway-drivers.ts'
import { startLimited } from './limited-server.ts'
import { createBusyTool } from './run-drivers.ts'

const patient = defineTool({
  name: 'patient',
  description: 'Waits until it is told to stop.',
  input: { type: 'object' },
  effect: 'destructive',
  timeoutMs: 5_000,
  execute: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'))),
})

export const toolDrivers: Drivers<'timeoutMs' | 'maxConcurrent' | 'approvalTimeoutMs'> = {
  timeoutMs: () => endAfter(5_000, { waitFor: 'tool_executing', policy: { allow: [{ tools: ['*'] }], approve: [] } }),

  approvalTimeoutMs: () =>
    endAfter(60_000, {
      waitFor: 'approval_requested',
      policy: { allow: [{ tools: ['*'] }], approvalTimeoutMs: 60_000 },
    }),

  async maxConcurrent() {
    const busy = createBusyTool({ maxConcurrent: 2 })
    const model = createScriptedModel([
      { calls: [{ tool: 'busy' }, { tool: 'busy' }, { tool: 'busy' }, { tool: 'busy' }] },
      { text: 'Done.' },
    ])
    await using limited = await startLimited({ limits: {}, model, tools: [busy.tool] })
    const socket = await limited.socket('ann')
    await socket.say(await socket.openNewThread(), 'Go.')
    await socket.completed()
    return `${busy.most()} at once`
  },
}

interface Waiting {
  readonly waitFor: 'tool_executing' | 'approval_requested'
  readonly policy: PolicyOptions
}

/** How a call of the patient tool ends, if it does so at this time and not before. */
async function endAfter(afterMs: number, { waitFor, policy }: Waiting): Promise<string> {
  const model = createScriptedModel([{ calls: [{ tool: 'patient' }] }, { text: 'Done.' }])
  const tools: readonly Tool[] = [patient]
  const limits = { maxRunMs: 600_000, pingIntervalMs: 600_000 }
  await using limited = await startLimited({ limits, model, tools, config: { policy } })
  const socket = await limited.socket('ann')
  await socket.say(await socket.openNewThread(), 'Go.')
  await socket.next((frame) => frame.type === 'event' && frame.event.type === waitFor)
  await limited.clock.advance(afterMs - 1)
  if (socket.events.some(({ event }) => event.type === 'tool_completed')) return 'The call ended before its time'
  await limited.clock.advance(1)
  await socket.completed()
  const [call] = socket.events
    .map(({ event }) => event)
    .filter((event): event is ToolCompleted => event.type === 'tool_completed')
  return `${call?.outcome} ${call?.error?.code}`
}
