/**
 * How each limit of the gateway is reached. The law: a driver stays at the limit first, then goes one beyond, and tells what
 * came of both.
 *
 * @module
 */
import type { GatewayLimits } from 'toolcrib/gateway'
import type { CommandBody, ServerFrame } from 'toolcrib/protocol'
import { createScriptedModel } from 'toolcrib/testing'
import { type LimitedServer, saidBy, startLimited, turns } from './limited-server.ts'

export type Drivers<Name extends string> = { readonly [N in Name]: () => Promise<string> }

export const gatewayDrivers: Drivers<keyof GatewayLimits> = {
  async maxFrameBytes() {
    await using limited = await startLimited({ limits: { maxFrameBytes: 1_024 } })
    const socket = await limited.socket('ann')
    socket.ws.send('{"id":"whole","type":"ping"}'.padEnd(1_024))
    const whole = await socket.next((frame) => 'id' in frame && frame.id === 'whole')
    socket.ws.send('{"id":"larger","type":"ping"}'.padEnd(1_025))
    return `${whole.type}, then close ${(await socket.closed).code}`
  },

  async maxMessageChars() {
    await using limited = await startLimited({ limits: { maxMessageChars: 5 } })
    const socket = await limited.socket('ann')
    const threadId = await socket.openNewThread()
    const five = await socket.say(threadId, 'hello')
    await socket.completed()
    return `${saidBy(five)}, then ${saidBy(await socket.say(threadId, 'hello!'))}`
  },

  async maxConnectionsPerUser() {
    await using limited = await startLimited({ limits: { maxConnectionsPerUser: 1 } })
    const words = [await limited.knock('ann'), await limited.knock('bob'), await limited.knock('ann')]
    return words.join(', ')
  },

  async maxConnections() {
    await using limited = await startLimited({ limits: { maxConnections: 2 } })
    const words = [await limited.knock('ann'), await limited.knock('bob'), await limited.knock('cid')]
    return words.join(', ')
  },

  async commandsPerSecond() {
    await using limited = await startLimited({ limits: { commandsPerSecond: 2, commandBurst: 1 } })
    const socket = await limited.socket('ann')
    const first = await socket.command({ type: 'ping' })
    await limited.clock.advance(500)
    const inTime = await socket.command({ type: 'ping' })
    await limited.clock.advance(499)
    const tooEarly = await socket.command({ type: 'ping' })
    return [first, inTime, tooEarly].map(saidBy).join(', ')
  },

  async commandBurst() {
    await using limited = await startLimited({ limits: { commandBurst: 2 } })
    const socket = await limited.socket('ann')
    const replies = []
    for (let count = 1; count <= 4; count++) replies.push(await socket.command({ type: 'ping' }))
    socket.ws.send('{"id":"flood","type":"ping"}')
    return `${replies.map(saidBy).join(', ')}, then close ${(await socket.closed).code}`
  },

  async maxOpenThreads() {
    await using limited = await startLimited({ limits: { maxOpenThreads: 1 } })
    const socket = await limited.socket('ann')
    await socket.openNewThread()
    const { threadId } = await limited.server.supervisor.createThread(await limited.principal('ann'))
    return saidBy(await socket.command({ type: 'thread.open', threadId, after: 0 }))
  },

  async maxBufferedBytes() {
    const maxBufferedBytes = 65_536
    const titleChars = 30_000
    await using limited = await startLimited({ limits: { maxBufferedBytes, commandBurst: 100_000 } })
    const { gateway, supervisor } = limited.server
    const principal = await limited.principal('ann')
    const socket = await limited.socket('ann')
    const threadId = await socket.openNewThread()
    let mostBuffered = 0

    socket.ws.pause()
    // More than the kernel holds for a socket, at most.
    for (let count = 1; gateway.metrics().commands.refused.NOT_READING === undefined && count <= 1_000; count++) {
      await supervisor.renameThread(principal, threadId, `${count}`.padEnd(titleChars, '.'))
      socket.ws.send(`{"id":"${count}","type":"thread.list"}`)
      await turns(1)
      mostBuffered = Math.max(mostBuffered, ...gateway.connections().map(({ bufferedBytes }) => bufferedBytes))
    }
    socket.ws.resume()
    const refused = await socket.next(({ type }) => type === 'error')

    // At most twice the limit, and what passed it: an event and the reply that came with it.
    const isBounded = mostBuffered <= 2 * maxBufferedBytes + 2 * titleChars + 1_000
    const behind = gateway.metrics().feedsBehind > 0 ? 'fed from the log' : 'fed live'
    return `${isBounded ? behind : `${mostBuffered} bytes held`}, then ${refused.type === 'error' ? refused.error.code : 'ok'}`
  },

  async pingIntervalMs() {
    await using limited = await startLimited({ limits: { pingIntervalMs: 1_000 } })
    return await diesAfter(limited, 11_000)
  },

  async pongTimeoutMs() {
    await using limited = await startLimited({ limits: { pongTimeoutMs: 1_000 } })
    return await diesAfter(limited, 26_000)
  },

  async maxPendingCommands() {
    await using limited = await startLimited({ limits: { maxPendingCommands: 1 } })
    const socket = await limited.socket('ann')
    const replies = await Promise.all([
      socket.command({ type: 'thread.create' }),
      socket.command({ type: 'thread.create' }),
    ])
    return replies.map(saidBy).join(', ')
  },

  async maxOfferedTools() {
    await using limited = await startLimited({ limits: { maxOfferedTools: 2 } })
    const socket = await limited.socket('ann')
    const two = await socket.command(offerOf('one', 'two'))
    return `${saidBy(two)}, then ${saidBy(await socket.command(offerOf('one', 'two', 'three')))}`
  },

  async maxOfferedSchemaBytes() {
    await using limited = await startLimited({ limits: { maxOfferedSchemaBytes: 256 } })
    const socket = await limited.socket('ann')
    const envelope = JSON.stringify({ type: 'object', title: '' }).length
    const tools = [256, 257].map((bytes) => ({
      ...offered(`tool_of_${bytes}`),
      inputSchema: { type: 'object', title: 'x'.repeat(bytes - envelope) },
    }))
    const reply = await socket.command({ type: 'tools.offer', tools })
    return 'verdicts' in reply
      ? reply.verdicts.map(({ verdict, code = verdict }) => code).join(', then ')
      : saidBy(reply)
  },

  async maxPeerCalls() {
    const model = createScriptedModel((_, step) =>
      step === 1 ? { calls: [1, 2, 3].map(() => ({ tool: 'look' })) } : { text: 'Done.' },
    )
    await using limited = await startLimited({ limits: { maxPeerCalls: 2 }, model })
    const socket = await limited.socket('ann')
    await socket.command(offerOf('look'))
    const threadId = await socket.openNewThread()
    await socket.say(threadId, 'look three times')
    const end = await socket.next((frame) => frame.type === 'event' && frame.event.type === 'tool_completed')
    const calls = socket.frames.filter(isAsked)
    for (const { callId } of calls) await socket.command({ type: 'tool.result', callId, output: 'seen' })
    await socket.completed()
    const said = end.type === 'event' && end.event.type === 'tool_completed' ? end.event : undefined
    return `${calls.length} asked for, then ${said?.outcome} ${said?.error?.code}`
  },
}

function offered(name: string) {
  return { name, description: 'Looks.', inputSchema: { type: 'object' } } as const
}

function offerOf(...names: readonly string[]): CommandBody {
  return { type: 'tools.offer', tools: names.map(offered) }
}

function isAsked(frame: ServerFrame): frame is Extract<ServerFrame, { readonly type: 'tool.call' }> {
  return frame.type === 'tool.call'
}

/** Whether a peer that never answers is alive until then and dead from then on. */
async function diesAfter(limited: LimitedServer, afterMs: number): Promise<string> {
  const { clock, server } = limited
  const socket = await limited.socket('ann', { autoPong: false })
  await clock.advance(afterMs - 1)
  const early = server.gateway.metrics().connections.deadPeers
  await clock.advance(1)
  if (early > 0 || server.gateway.metrics().connections.deadPeers === 0) return `${early} dead before, none at its time`
  return `close ${(await socket.closed).code}`
}
