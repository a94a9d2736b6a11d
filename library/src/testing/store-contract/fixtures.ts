/** What the rules of the store contract share. The law: every test has owners of its own. @module */
import type FastCheck from 'fast-check'
import type * as Vitest from 'vitest'
import type { Fence, NewRun, Store } from '../../agent/ports.ts'
import type {
  AgentCompleted,
  AgentMessage,
  ApprovalRequested,
  LoggedEvent,
  SubagentEvent,
  ThreadEvent,
} from '../../protocol/events.ts'
import { createId } from '../../protocol/ids.ts'
import type { Owner } from '../../protocol/vocabulary.ts'

export interface TestRunner extends Pick<typeof Vitest, 'describe' | 'it' | 'expect' | 'afterAll'> {
  readonly fc: typeof FastCheck
}

export interface Suite extends TestRunner {
  /** An empty store of its own. */
  readonly makeStore: () => Promise<Store>
  /** One store for all tests that need no store of their own. */
  readonly store: () => Promise<Store>
}

export const START: number = Date.UTC(2026, 0, 1)
/** Longer than any test looks ahead. */
export const LONG_MS = 1e9

export function newOwner(): Owner {
  return { tenant: createId('con'), user: createId('con') }
}

export function newRun(owner: Owner, threadId: string, change: Partial<NewRun> = {}): NewRun {
  return {
    runId: createId('run'),
    threadId,
    messageId: createId('msg'),
    agent: 'assistant',
    principal: { ...owner, name: 'Ann', roles: ['member'], scopes: ['notes:write'] },
    parts: [{ type: 'text', text: 'Hello' }],
    idempotencyKey: createId('msg'),
    node: 'node_a',
    at: START,
    leaseMs: LONG_MS,
    maxRunsPerUser: 10,
    ...change,
  }
}

export async function newThread(
  store: Store,
  owner: Owner,
  change: { title?: string; at?: number } = {},
): Promise<string> {
  const threadId = createId('thr')
  await store.threads.create(owner, { threadId, title: change.title ?? 'A thread', at: change.at ?? START })
  return threadId
}

/** A thread with a run at work: its log holds the message, its next number is 2. */
export async function newRunAtWork(
  store: Store,
  owner: Owner = newOwner(),
  change: Partial<NewRun> = {},
): Promise<{ readonly owner: Owner; readonly threadId: string; readonly runId: string; readonly fence: Fence }> {
  const threadId = await newThread(store, owner)
  const run = newRun(owner, threadId, change)
  const accepted = await store.runs.accept(owner, run)
  if (accepted.status !== 'started') throw new Error(`the run was not started but is ${accepted.status}`)
  return { owner, threadId, runId: run.runId, fence: { runId: run.runId, epoch: 1 } }
}

export function message(runId: string, delta: string): AgentMessage {
  return { type: 'agent_message', runId, step: 1, delta }
}

export function completed(runId: string, text?: string): AgentCompleted {
  return {
    type: 'agent_completed',
    runId,
    outcome: 'completed',
    message: text === undefined ? null : { messageId: createId('msg'), parts: [{ type: 'text', text }] },
    usage: { inputTokens: 3, outputTokens: 5, calls: 0 },
    steps: 1,
    durationMs: 7,
  }
}

export function requested(runId: string, change: Partial<ApprovalRequested> = {}): ApprovalRequested {
  return {
    type: 'approval_requested',
    runId,
    step: 1,
    approvalId: createId('apr'),
    callId: createId('call'),
    tool: 'delete_note',
    input: { id: 'note_1' },
    effect: 'destructive',
    fingerprint: 'f'.repeat(64),
    inputHash: 'a'.repeat(64),
    expiresAt: START + 60_000,
    ...change,
  }
}

/** As the event of an agent that the call `parentCallId` is. */
export function nested(runId: string, parentCallId: string, event: SubagentEvent['event']): SubagentEvent {
  return { type: 'subagent_event', runId, parentCallId, event }
}

export async function readAll(store: Store, owner: Owner, threadId: string): Promise<readonly LoggedEvent[]> {
  return (await store.events.read(owner, threadId, { after: 0, limit: 100_000 })) ?? []
}

export async function readEvents(store: Store, owner: Owner, threadId: string): Promise<readonly ThreadEvent[]> {
  return (await readAll(store, owner, threadId)).map(({ event }) => event)
}

/** The code that a call was refused with; what it resolved with when it was not. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await call }
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
