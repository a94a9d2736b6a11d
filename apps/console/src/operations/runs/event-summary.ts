/** An event in one line. */
import { describeLimit, type ThreadEvent, textsOf } from 'toolcrib/protocol'

const maxChars = 160

export function summaryOf(event: ThreadEvent): string {
  return lineOf(event).slice(0, maxChars)
}

function lineOf(event: ThreadEvent): string {
  switch (event.type) {
    case 'message_added':
      return textsOf(event.parts).join(' ')
    case 'thread_renamed':
      return event.title
    case 'agent_started':
      return `${event.agent} with ${event.model}, attempt ${event.attempt}`
    case 'context_compacted':
      return `${event.dropped.messages} messages became a summary`
    case 'agent_thinking':
      return event.delta ?? `step ${event.step}`
    case 'agent_message':
      return event.delta
    case 'step_completed':
      return event.calls.length === 0 ? 'the answer' : event.calls.map(({ tool }) => tool).join(', ')
    case 'tool_executing':
      return `${event.tool} ${shorten(event.input)}`
    case 'tool_progress':
      return shorten(event.progress)
    case 'tool_completed':
      return `${event.tool}: ${event.outcome} ${shorten(event.error?.message ?? event.output)}`
    case 'tool_late':
      return `${event.tool} ${event.settled} after ${event.afterMs} ms`
    case 'approval_requested':
      return `${event.tool} ${shorten(event.input)}`
    case 'approval_resolved':
      return event.by === undefined ? event.decision : `${event.decision} by ${event.by}`
    case 'limit_warning':
      return describeLimit(event.limit)
    case 'agent_rewound':
      return `step ${event.step}: ${event.reason}`
    case 'agent_completed':
      return event.outcome
    case 'subagent_event':
      return `${event.event.type}: ${lineOf(event.event)}`
    default:
      return event satisfies never
  }
}

function shorten(value: unknown): string {
  if (value === undefined) return ''
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxChars)
}
