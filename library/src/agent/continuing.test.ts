import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import type { AuditEntry } from '../protocol/audit.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { type AgentBench, ann, createAgentBench, innerCalls } from '../testing/agent-bench.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { cutOff, type MortalStore } from '../testing/mortal-store.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import type { ModelRequest, Store } from './ports.ts'

const kinds = ['look', 'write', 'again', 'wipe', 'helper', 'missing'] as const
type Kind = (typeof kinds)[number]

/** One execution of a tool. */
interface Execution {
  readonly tool: string
  readonly key: string
  readonly secret: unknown
}

const plans = fc.array(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }), { maxLength: 3 })
/** After how many commits each node dies; the last one lives. */
const lives = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 })
const decisions = fc.array(fc.constantFrom('approved' as const, 'denied' as const), { minLength: 6, maxLength: 6 })

describe('a run whose node dies, and the next one too', () => {
  it('ends once, does nothing twice that must not be, asks nobody twice, and tells the truth [RUN-03] [RUN-07] [RUN-08]', async () => {
    await fc.assert(
      fc.asyncProperty(plans, lives, decisions, async (plan, deaths, answers) => {
        const { events, done, asked, models } = await liveThrough({ plan, deaths, answers })

        expect(checkContract(events)).toEqual([])
        expect(events.at(-1)?.event).toMatchObject({ type: 'agent_completed', outcome: 'completed' })
        const ends = innerCalls(events)
        for (const { callId, outcome, tool } of ends) {
          const executions = done.filter(({ key }) => key.endsWith(callId))
          expect(new Set(executions.map(({ key }) => key)).size).toBeLessThanOrEqual(1)
          expect(executions.every(({ secret }) => secret === 's3cret-of-the-call')).toBe(true)
          if (tool === 'write' || tool === 'wipe') expect(executions.length).toBeLessThanOrEqual(1)
          if (outcome === 'ok' && tool !== 'helper') expect(executions.length).toBeGreaterThanOrEqual(1)
          if (outcome === 'refused') expect(executions).toEqual([])
          expect(mayEndAs[tool]).toContain(outcome)
        }
        expect(new Set(asked).size).toBe(asked.length)
        expect(JSON.stringify(events)).not.toContain('s3cret')
        const whole = models.filter(({ messages }) => messages.length > 1)
        for (const { messages } of whole) expect(messages.at(-1)?.role).toBe('tool')
      }),
      { numRuns: 150 },
    )
  })

  it('has on record each call’s one end and the run’s, and each start with the hash of what it ran with [OPS-04] [CALL-08]', async () => {
    await fc.assert(
      fc.asyncProperty(plans, lives, decisions, async (plan, deaths, answers) => {
        const { events, done, audit } = await liveThrough({ plan, deaths, answers })

        const ended = audit.filter(({ kind }) => kind === 'call_ended')
        const started = audit.filter(({ kind }) => kind === 'call_started')
        const ends = innerCalls(events).map(({ callId, outcome }) => `${callId} ${outcome}`)
        expect(ended.map(({ callId, outcome }) => `${callId} ${outcome}`).toSorted()).toEqual(ends.toSorted())
        expect(audit.filter(({ kind, facts }) => kind === 'run_ended' && !('agentRunId' in facts))).toHaveLength(1)
        for (const { key } of done) expect(started.some(({ callId }) => key.endsWith(`${callId}`))).toBe(true)
        for (const { facts } of started) expect(facts.inputHash).toMatch(/^sha256:[0-9a-f]{64}$/)
        expect(JSON.stringify(audit)).not.toContain('s3cret')
      }),
      { numRuns: 60 },
    )
  })
})

const mayEndAs: Readonly<Record<string, readonly string[]>> = {
  look: ['ok'],
  write: ['ok', 'unknown'],
  again: ['ok'],
  wipe: ['ok', 'refused', 'unknown'],
  helper: ['ok'],
  missing: ['refused'],
}

interface Story {
  readonly plan: readonly (readonly Kind[])[]
  readonly deaths: readonly number[]
  readonly answers: readonly ('approved' | 'denied')[]
}

interface Told {
  readonly events: readonly LoggedEvent[]
  readonly done: readonly Execution[]
  readonly asked: readonly string[]
  readonly models: readonly ModelRequest[]
  readonly audit: readonly AuditEntry[]
}

async function liveThrough({ plan, deaths, answers }: Story): Promise<Told> {
  const clock = createManualClock()
  const store = createMemoryStore()
  const done: Execution[] = []
  const models: ModelRequest[] = []
  const bench = (held: Store): AgentBench => createBench({ store: held, clock, plan, done, models })
  let threadId = ''
  let left = [...answers]

  const mortals = deaths.map((appends) => cutOff(store, appends))
  for (const mortal of mortals) {
    const node = bench(mortal)
    if (threadId === '') threadId = (await node.ask()).threadId
    else await node.supervisor.recover()
    left = await work(node, mortal, left)
    await clock.advance(3_000)
  }
  const last = bench(store)
  await last.supervisor.recover()
  left = await work(last, undefined, left)
  const events = await last.events(threadId)
  const asked = events.flatMap(({ event }) => {
    const inner = event.type === 'subagent_event' ? event.event : event
    return inner.type === 'approval_requested' ? [inner.callId] : []
  })
  return { events, done, asked, models, audit: await store.audit.list({ limit: 10_000 }) }

  /** Until the node is dead or the run has ended, with an answer to each question. */
  async function work(node: AgentBench, mortal: MortalStore | undefined, given: typeof left): Promise<typeof left> {
    const answered = [...given]
    for (let turn = 0; turn < 400; turn++) {
      await new Promise<void>((resolve) => void setImmediate(resolve))
      if (mortal?.isDead === true) return answered
      const thread = await store.threads.get(ann, threadId)
      if (thread?.activeRunId === null) return answered
      const [open] = await store.approvals.listOpen(ann, threadId)
      if (open === undefined || turn % 5 !== 0) continue
      const decision = answered.shift() ?? 'approved'
      void node.supervisor.answer(ann, open.approvalId, { decision }).catch(() => {})
    }
    throw new Error(`the run neither ended nor died: ${JSON.stringify(await node.events(threadId))}`)
  }
}

interface BenchParts {
  readonly store: Store
  readonly clock: ManualClock
  readonly plan: Story['plan']
  readonly done: Execution[]
  readonly models: ModelRequest[]
}

function createBench({ store, clock, plan, done, models }: BenchParts): AgentBench {
  const model = createScriptedModel((request) => {
    models.push({ ...request, messages: [...request.messages] })
    const calls = plan[request.messages.filter(({ role }) => role === 'tool').length]
    return calls === undefined
      ? { text: ['All ', 'done'] }
      : { text: ['Now ', 'this'], calls: calls.map((tool) => ({ tool, input: inputOf(tool) })) }
  })
  return createAgentBench({
    store,
    clock,
    tools: createTools(done),
    model,
    limits: { stopGraceMs: 100, maxAttempts: 20 },
  })
}

function inputOf(tool: string): { readonly message: string } | { readonly api_key: string } {
  return tool === 'helper' ? { message: 'go' } : { api_key: 's3cret-of-the-call' }
}

function createTools(done: Execution[]): readonly Tool[] {
  const make = (name: string, rest: { effect: 'read' | 'write' | 'destructive'; idempotent?: boolean }): Tool =>
    defineTool({
      name,
      description: 'For a test',
      input: { type: 'object', properties: { api_key: { type: 'string' } } },
      ...rest,
      async execute(input, call) {
        const secret = (input as { readonly api_key?: unknown }).api_key
        done.push({ tool: name, key: call.idempotencyKey, secret })
        await Promise.resolve()
        return name
      },
    })
  const inner = createScriptedModel((request) => {
    const answered = request.messages.filter(({ role }) => role === 'tool').length
    const calls = ['look', 'wipe'].map((tool) => ({ tool, input: inputOf(tool) }))
    return answered > 0 ? { text: 'inner' } : { calls }
  })
  const helper = defineAgent({ name: 'helper', description: 'Helps', model: inner, tools: ['look', 'wipe'] })
  return [
    make('look', { effect: 'read' }),
    make('write', { effect: 'write' }),
    make('again', { effect: 'write', idempotent: true }),
    make('wipe', { effect: 'destructive' }),
    agentTool(helper),
  ]
}
