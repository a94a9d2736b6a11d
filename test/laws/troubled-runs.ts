/**
 * Runs that go every way a run can go, one for each message that names a trouble. The law (L5): whatever the trouble is, its
 * run has the end that the table says.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { ModelError, type Store, StoreError } from 'toolcrib/agent'
import { type RunOutcome, textsOf } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import type { Script, ScriptedStep } from 'toolcrib/testing'

export type Trouble =
  | 'none'
  | 'a tool that throws'
  | 'a tool that throws nothing'
  | 'a tool that is deaf and times out'
  | 'a call of no tool'
  | 'a model that cannot be used'
  | 'a model that breaks off'
  | 'a model with a bug'
  | 'a model that says nothing'
  | 'a stop while the model speaks'
  | 'a stop while a deaf tool works'
  | 'a deadline'
  | 'a limit'
  | 'a store that fails for a while'
  | 'a store that fails at the end'

/** How a run with each trouble ends. */
export const ends: { readonly [T in Trouble]: RunOutcome } = {
  none: 'completed',
  'a tool that throws': 'completed',
  'a tool that throws nothing': 'completed',
  'a tool that is deaf and times out': 'completed',
  'a call of no tool': 'completed',
  'a model that cannot be used': 'failed',
  'a model that breaks off': 'failed',
  'a model with a bug': 'failed',
  'a model that says nothing': 'failed',
  'a stop while the model speaks': 'stopped',
  'a stop while a deaf tool works': 'stopped',
  'a deadline': 'timed_out',
  'a limit': 'limit_reached',
  'a store that fails for a while': 'completed',
  'a store that fails at the end': 'completed',
}

export const troubles = Object.keys(ends) as readonly Trouble[]

const never = new Promise<never>(() => {})
const answer: ScriptedStep = { text: 'Done.' }

const firstSteps: { readonly [T in Trouble]: ScriptedStep } = {
  none: answer,
  'a tool that throws': { calls: [{ tool: 'broken' }] },
  'a tool that throws nothing': { calls: [{ tool: 'broken', input: { silent: true } }] },
  'a tool that is deaf and times out': { calls: [{ tool: 'deaf' }] },
  'a call of no tool': { calls: [{ tool: 'absent' }] },
  'a model that cannot be used': { error: new ModelError('MODEL_NOT_FOUND', { model: 'gone' }) },
  'a model that breaks off': { text: 'Half', cut: true },
  'a model with a bug': { text: 'Half', error: new TypeError('a bug') },
  'a model that says nothing': { text: '' },
  'a stop while the model speaks': { text: 'Well', gate: never },
  'a stop while a deaf tool works': { calls: [{ tool: 'deaf' }] },
  'a deadline': { text: 'Well', gate: never },
  'a limit': { calls: [{ tool: 'fine' }] },
  'a store that fails for a while': { calls: [{ tool: 'fine' }] },
  'a store that fails at the end': answer,
}

/** The second step answers, but for those who never stop calling or breaking off. */
export const troubledScript: Script = ({ messages }) => {
  const [first] = messages
  const trouble = first?.role === 'user' ? (textsOf(first.parts)[0] as Trouble) : 'none'
  const goesOn = messages.length > 1 && trouble !== 'a limit'
  return goesOn ? answer : firstSteps[trouble]
}

const bare = { description: 'For a test.', input: { type: 'object' }, effect: 'read' } as const

export const troubledTools: readonly Tool[] = [
  defineTool({ ...bare, name: 'fine', execute: () => 'fine' }),
  defineTool({ ...bare, name: 'deaf', timeoutMs: 2_000, execute: () => never }),
  defineTool({
    ...bare,
    name: 'broken',
    // What is thrown need not be an error.
    execute: ({ silent }) => Promise.reject(silent === true ? undefined : new Error('broken')),
  }),
]

/** A store that fails appends of those runs that are troubled by it. */
export function createTroubledStore(): Store {
  const store = createMemoryStore()
  const failures = new Map<string, number>()
  return {
    ...store,
    runs: {
      ...store.runs,
      accept(owner, run) {
        if (textsOf(run.parts)[0] === 'a store that fails for a while') failures.set(run.runId, 3)
        if (textsOf(run.parts)[0] === 'a store that fails at the end') failures.set(run.runId, -1)
        return store.runs.accept(owner, run)
      },
    },
    events: {
      ...store.events,
      append(owner, threadId, entry) {
        const { runId } = entry.fence
        const left = failures.get(runId) ?? 0
        const isEnd = entry.events.some(({ type }) => type === 'agent_completed')
        if (left > 0 || (left < 0 && isEnd)) {
          failures.set(runId, left > 0 ? left - 1 : 0)
          return Promise.reject(new StoreError('STORE_FULL', { detail: 'for a while' }))
        }
        return store.events.append(owner, threadId, entry)
      },
    },
  }
}
