/**
 * How each limit of a run is reached, over a socket. The law: a driver tells how the run or its call ended, and which limit
 * was named for it.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { agentTool, defineAgent, type Price, type RunLimits, type Store } from 'toolcrib/agent'
import type { AgentCompleted, EventFrame, ThreadEvent, ToolCompleted } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createScriptedModel, type RawSocket, type Script } from 'toolcrib/testing'
import type { Drivers } from './gateway-drivers.ts'
import { type LimitedServer, startLimited, turns } from './limited-server.ts'

const never = new Promise<never>(() => {})

export const runDrivers: Drivers<keyof RunLimits> = {
  async maxSteps() {
    const { events, end } = await run({ limits: { maxSteps: 2 }, script: () => ({ calls: [{ tool: 'echo' }] }) })
    return `${stepsOf(events)} steps, then ${end.outcome} ${end.limit?.name}`
  },

  async maxCalls() {
    const script: Script = [{ calls: [{ tool: 'echo' }, { tool: 'echo' }, { tool: 'echo' }] }, { text: 'Done.' }]
    const { events, end } = await run({ limits: { maxCalls: 2 }, script })
    const ends = new Map(events.filter(isCallEnd).map((call) => [call.callId, call.error?.code ?? call.outcome]))
    const asked = events.flatMap((event) => (event.type === 'step_completed' ? event.calls : []))
    return `${asked.map(({ callId }) => ends.get(callId)).join(', ')}, then ${end.outcome} ${end.limit?.name}`
  },

  async maxConcurrentCalls() {
    const busy = createBusyTool()
    const script: Script = [
      { calls: [{ tool: 'busy' }, { tool: 'busy' }, { tool: 'busy' }, { tool: 'busy' }] },
      { text: 'Done.' },
    ]
    const { end } = await run({ limits: { maxConcurrentCalls: 2 }, script, tools: [busy.tool] })
    return `${busy.most()} at once, then ${end.outcome}`
  },

  async maxRunMs() {
    const { end } = await run({
      limits: { maxRunMs: 1_000 },
      script: [{ text: 'Hm', gate: never }],
      async meanwhile({ clock, server }, socket) {
        await socket.next((frame) => frame.type === 'event' && frame.event.type === 'agent_message')
        await clock.advance(999)
        if (server.supervisor.active().length === 0) throw new Error('The run ended before its time')
        await clock.advance(1)
      },
    })
    return `${end.outcome} ${end.error?.code}`
  },

  async maxTokens() {
    const usage = { inputTokens: 3_000, outputTokens: 2_000 }
    const { events, end } = await run({
      limits: { maxTokens: 10_000 },
      script: () => ({ calls: [{ tool: 'echo' }], usage }),
    })
    return `${stepsOf(events)} steps, then ${end.outcome} ${end.limit?.name}`
  },

  async maxCostMicros() {
    const usage = { inputTokens: 3, outputTokens: 4_997 }
    const { events, end } = await run({
      limits: { maxCostMicros: 10_000 },
      script: () => ({ calls: [{ tool: 'echo' }], usage }),
      price: { inputPerMillionTokens: 1, outputPerMillionTokens: 1 },
    })
    return `${stepsOf(events)} steps, then ${end.outcome} ${end.limit?.name}`
  },

  async maxOutputBytes() {
    const script: Script = [
      {
        calls: [
          { tool: 'write', input: { chars: 256 } },
          { tool: 'write', input: { chars: 257 } },
        ],
      },
      { text: 'Done.' },
    ]
    const { events } = await run({ limits: { maxOutputBytes: 256 }, script, tools: [write] })
    return events
      .filter(isCallEnd)
      .map(({ outcome, truncated }) => (truncated === undefined ? outcome : `${outcome}, cut from ${truncated.bytes}`))
      .join(', then ')
  },

  async stopGraceMs() {
    const { events, end } = await run({
      limits: { stopGraceMs: 100 },
      script: [{ calls: [{ tool: 'deaf' }] }],
      tools: [deaf],
      async meanwhile({ clock, server }, socket) {
        const { event } = await socket.next(isExecuting)
        await socket.command({ type: 'run.stop', runId: event.runId })
        await clock.advance(99)
        if (server.supervisor.active().length === 0) throw new Error('The call was abandoned before its time')
        await clock.advance(1)
      },
    })
    const [call] = events.filter(isCallEnd)
    return `${call?.outcome} ${call?.error?.code}, then ${end.outcome}`
  },

  async maxStepRetries() {
    const { events, end } = await run({ limits: { maxStepRetries: 1 }, script: () => ({ text: 'Well', cut: true }) })
    const again = events.filter(({ type }) => type === 'agent_rewound').length
    return `made again ${again} time, then ${end.outcome} ${end.error?.code}`
  },

  async maxAttempts() {
    const { events, end } = await run({
      limits: { maxAttempts: 2 },
      script: () => ({ text: 'Well', gate: never }),
      store: losing(createMemoryStore()),
      async meanwhile({ clock }) {
        for (let lease = 0; lease < 6; lease++) await clock.advance(2_000)
      },
    })
    const begun = events.filter(({ type }) => type === 'agent_started').length
    return `begun ${begun} times, then ${end.outcome} ${end.error?.code}`
  },

  async maxAgentDepth() {
    const inner = defineAgent({
      name: 'inner',
      description: 'Is called.',
      model: createScriptedModel(() => ({ calls: [{ tool: 'inner', input: { message: 'Deeper.' } }] })),
      limits: { maxSteps: 1 },
    })
    const script: Script = [{ calls: [{ tool: 'inner', input: { message: 'Go.' } }] }, { text: 'Done.' }]
    const { events } = await run({ limits: { maxAgentDepth: 1 }, script, tools: [agentTool(inner)] })
    const [nested] = events.flatMap((event) => (event.type === 'subagent_event' ? [event.event] : [])).filter(isCallEnd)
    return `one deep, then ${nested?.outcome} ${nested?.error?.code}`
  },
}

interface RunOptions {
  readonly limits: Partial<RunLimits>
  readonly script: Script
  readonly tools?: readonly Tool[]
  /** Of the model. */
  readonly price?: Price
  readonly store?: Store
  /** While the run is at work. */
  readonly meanwhile?: (limited: LimitedServer, socket: RawSocket) => Promise<void>
}

async function run({ limits, script, tools = [], price, store, meanwhile }: RunOptions): Promise<{
  readonly events: readonly ThreadEvent[]
  readonly end: AgentCompleted
}> {
  const model = createScriptedModel(script, price === undefined ? {} : { price })
  await using limited = await startLimited({
    limits,
    tools: [echo, ...tools],
    model,
    ...(store && { store }),
  })
  const socket = await limited.socket('ann')
  const threadId = await socket.openNewThread()
  await socket.say(threadId, 'Go.')
  await meanwhile?.(limited, socket)
  const { event } = await socket.completed()
  if (event.type !== 'agent_completed') throw new Error(`Expected the end of the run, got ${event.type}`)
  return { events: socket.events.map((frame) => frame.event), end: event }
}

/** Whoever holds a run is told that he has lost it. */
function losing(store: Store): Store {
  const heartbeat: Store['leases']['heartbeat'] = (_node, claims) =>
    Promise.resolve({ lost: claims.map(({ runId }) => runId), stopping: [] })
  return { ...store, leases: { ...store.leases, heartbeat } }
}

const bare = { description: 'For a test.', input: { type: 'object' }, effect: 'read' } as const

const echo = defineTool({ ...bare, name: 'echo', execute: () => 'echo' })

const deaf = defineTool({ ...bare, name: 'deaf', execute: () => never })

const write = defineTool({
  ...bare,
  name: 'write',
  input: { type: 'object', properties: { chars: { type: 'integer' } }, required: ['chars'] },
  execute: ({ chars }) => 'x'.repeat(Number(chars)),
})

/** Counts how many of its calls are at work at once. */
export function createBusyTool(definition: { readonly maxConcurrent?: number } = {}): {
  readonly tool: Tool
  most(): number
} {
  let inside = 0
  let most = 0
  const tool = defineTool({
    ...bare,
    ...definition,
    name: 'busy',
    async execute() {
      inside += 1
      most = Math.max(most, inside)
      await turns(20)
      inside -= 1
      return null
    },
  })
  return { tool, most: () => most }
}

function stepsOf(events: readonly ThreadEvent[]): number {
  return events.filter(({ type }) => type === 'step_completed').length
}

function isCallEnd(event: ThreadEvent): event is ToolCompleted {
  return event.type === 'tool_completed'
}

function isExecuting(frame: {
  readonly type: string
}): frame is EventFrame & { readonly event: { readonly type: 'tool_executing'; readonly runId: string } } {
  return frame.type === 'event' && (frame as EventFrame).event.type === 'tool_executing'
}
