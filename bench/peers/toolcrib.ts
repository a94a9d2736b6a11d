/** The same run with Toolcrib: a supervisor over a real store, a new thread for each run. @module */
import { createToolRegistry, defineTool } from 'toolcrib'
import { createSupervisor, createSystemClock, defineAgent, type Logger, type Model, type Store } from 'toolcrib/agent'
import { definePolicy } from 'toolcrib/policy'
import { z } from 'zod'
import { add, answerDeltas, otherTools, type RunOnce, type RunScript } from '../script.ts'

export interface ToolcribRun extends AsyncDisposable {
  readonly runOnce: RunOnce
}

/** The store is the caller's to close. */
export function createToolcribRun(script: RunScript, store: Store): ToolcribRun {
  const deltas = answerDeltas(script)
  const model: Model = {
    name: 'scripted',
    async *stream({ messages }) {
      const step = (messages.length - 1) / 2
      const isCall = step < script.calls
      if (isCall) yield { type: 'call', tool: 'add', input: { a: step, b: 1 } }
      else for (const delta of deltas) yield { type: 'text', delta }
      yield { type: 'finish', reason: isCall ? 'calls' : 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
    },
  }
  const registry = createToolRegistry()
  for (const name of ['add', ...otherTools(script)]) {
    registry.add(
      defineTool({
        name,
        description: 'Add two numbers.',
        input: z.object({ a: z.number(), b: z.number() }),
        effect: 'read',
        execute: async (input) => add(input),
      }),
    )
  }
  registry.freeze()
  const supervisor = createSupervisor({
    store,
    registry,
    policy: definePolicy({ allow: [{ tools: ['*'] }] }),
    agents: [defineAgent({ name: 'bench', description: 'Adds.', model })],
    limits: { maxSteps: script.calls + 2 },
    clock: createSystemClock(),
    logger: silent,
  })

  const principal = { tenant: 'acme', user: 'ann', roles: [], scopes: [] }
  const ends = new Map<string, (text: string) => void>()
  const texts = new Map<string, string>()
  supervisor.subscribe((notice) => {
    if (notice.type !== 'events') return
    const { threadId } = notice
    for (const { event } of notice.events) {
      if (event.type === 'agent_message') texts.set(threadId, (texts.get(threadId) ?? '') + event.delta)
      if (event.type === 'agent_completed') ends.get(threadId)?.(texts.get(threadId) ?? '')
    }
  })
  // As a connected person holds it.
  const held = supervisor.acquireUserScope(principal)
  let sent = 0

  return {
    async runOnce() {
      const { threadId } = await supervisor.createThread(principal)
      const ended = Promise.withResolvers<string>()
      ends.set(threadId, ended.resolve)
      const parts = [{ type: 'text' as const, text: 'add them up' }]
      await supervisor.send(principal, { threadId, parts, idempotencyKey: `m${sent++}` })
      const text = await ended.promise
      ends.delete(threadId)
      texts.delete(threadId)
      return text
    },
    async [Symbol.asyncDispose]() {
      await supervisor.drain(0)
      held[Symbol.dispose]()
      await registry.close('the benchmark is over')
    },
  }
}

const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
}
