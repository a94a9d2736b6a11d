/**
 * A thread's events as the messages that a model is shown. The law: it is a function of the events alone, so that a live
 * run and one that is rebuilt from the log show the model the same.
 *
 * @module
 */
import type { ContextCompacted, RequestedCall, StepCompleted, ThreadEvent, ToolCompleted } from '../protocol/events.ts'
import { createBranches } from './branches.ts'
import { callFailure } from './errors.ts'
import type { ModelMessage } from './ports.ts'

export interface Transcript {
  /** Of the branch at hand. One array that is changed in place, whole whenever no call of a step is open. */
  readonly messages: readonly ModelMessage[]
  /** What the step being streamed has said so far. */
  readonly openText: string
  /** The calls of the step at hand that have no result yet. */
  openCalls(): readonly { readonly step: number; readonly callId: string; readonly tool: string }[]
  /** The id of a person's message. */
  readonly idOf: (message: ModelMessage) => string | undefined
  apply(event: ThreadEvent): void
}

type ToolResult = Extract<ModelMessage, { role: 'tool' }>['results'][number]

export function createTranscript(opening: readonly ModelMessage[] = []): Transcript {
  const messages: ModelMessage[] = [...opening]
  const branches = createBranches(messages)
  const ids = new WeakMap<ModelMessage, string>()
  let step = 0
  let stepStart = messages.length
  let text = ''
  let thinking = ''
  let calls: ReadonlyMap<string, RequestedCall> = new Map()
  let results = new Map<string, ToolResult>()

  function openStep(number: number): void {
    if (number === step) return
    step = number
    stepStart = messages.length
  }

  function closeStep(event: StepCompleted): void {
    openStep(event.step)
    if (text !== '' || event.calls.length > 0) {
      messages.push({
        role: 'assistant',
        ...(thinking === '' ? {} : { thinking }),
        text,
        calls: event.calls,
        ...(event.providerData === undefined ? {} : { providerData: event.providerData }),
      })
    }
    text = ''
    thinking = ''
    calls = new Map(event.calls.map((call) => [call.callId, call]))
  }

  function closeCall(event: ToolCompleted): void {
    const call = calls.get(event.callId)
    if (call === undefined) return
    const { tool, outcome, output, error } = event
    results.set(call.callId, {
      ...identify(call),
      tool,
      outcome,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
    })
    if (results.size === calls.size) closeCalls()
  }

  /** A call without a result belongs to a run whose node died. */
  function closeCalls(): void {
    if (calls.size > 0) {
      const answers = Array.from(calls.values(), (call) => results.get(call.callId) ?? unknownResult(call))
      messages.push({ role: 'tool', results: answers })
    }
    forgetCalls()
  }

  function forgetCalls(): void {
    calls = new Map()
    results = new Map()
  }

  /** What an unfinished answer had said stays, because the person has read it. */
  function closeRun(): void {
    closeCalls()
    if (text !== '') messages.push({ role: 'assistant', text, calls: [] })
    text = ''
    thinking = ''
    step = 0
  }

  function compact({ summary, kept }: ContextCompacted): void {
    const left = [...summarised(summary), ...keptOf(messages, kept.messages)]
    messages.length = 0
    for (const message of left) messages.push(message)
    stepStart = messages.length
    branches.replace()
  }

  function rewind(): void {
    messages.length = stepStart
    text = ''
    thinking = ''
    forgetCalls()
  }

  return {
    messages,
    get openText() {
      return text
    },
    openCalls: () =>
      [...calls.values()]
        .filter(({ callId }) => !results.has(callId))
        .map(({ callId, tool }) => ({ step, callId, tool })),
    idOf: (message) => ids.get(message),
    apply(event) {
      switch (event.type) {
        case 'message_added': {
          closeRun()
          branches.begin(event.messageId, event.follows)
          const message: ModelMessage = { role: event.role, parts: event.parts }
          ids.set(message, event.messageId)
          messages.push(message)
          return
        }
        case 'context_compacted':
          return compact(event)
        case 'agent_thinking':
          openStep(event.step)
          thinking += event.delta ?? ''
          return
        case 'agent_message':
          text += event.delta
          return
        case 'step_completed':
          return closeStep(event)
        case 'tool_completed':
          return closeCall(event)
        case 'agent_rewound':
          return rewind()
        case 'agent_completed':
          return closeRun()
        default:
      }
    },
  }
}

function identify(call: RequestedCall): { readonly callId: string; readonly providerCallId?: string } {
  const { callId, providerCallId } = call
  return providerCallId === undefined ? { callId } : { callId, providerCallId }
}

function unknownResult(call: RequestedCall): ToolResult {
  const { tool } = call
  return { ...identify(call), tool, outcome: 'unknown', error: callFailure('CALL_UNKNOWN', { tool }) }
}

/** So many at the end, and before them the current message where it is none of these: then one less at the end. */
function keptOf(messages: readonly ModelMessage[], count: number): readonly ModelMessage[] {
  const from = Math.max(0, messages.length - count)
  const current = messages.findLastIndex(({ role }) => role === 'user')
  return current >= from || current < 0
    ? messages.slice(from)
    : [...messages.slice(current, current + 1), ...messages.slice(from + 1)]
}

/** As the model's own words: what tools and strangers had said is not to speak for the person now. */
function summarised(summary: string): readonly ModelMessage[] {
  const text = 'The conversation has become too long to be shown whole. Sum up its earlier part.'
  return [
    { role: 'user', parts: [{ type: 'text', text }] },
    { role: 'assistant', text: summary, calls: [] },
  ]
}
