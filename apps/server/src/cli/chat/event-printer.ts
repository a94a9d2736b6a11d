/**
 * Shows a thread's events as they come: the answer as it is written, a line for each call, and how the run ended. The law:
 * what ended badly is said to have ended badly.
 *
 * @module
 */
import { describeLimit, type JsonValue, type LoggedEvent, type MessagePart, type ThreadEvent } from 'toolcrib/protocol'
import { printable } from '../printable.ts'

export interface Paint {
  dim(text: string): string
  bad(text: string): string
  strong(text: string): string
}

export interface EventPrinter {
  print(event: LoggedEvent): void
}

export interface EventPrinterOptions {
  /** The answer's text. */
  readonly answer: (text: string) => void
  /** Whole lines about what is going on. */
  readonly note: (line: string) => void
  readonly paint: Paint
  /** Whether messages of the person are shown: when a thread's history is, and not what was just typed. */
  readonly showsMessages: () => boolean
}

const maxShownChars = 160

export const plain: Paint = { dim: (text) => text, bad: (text) => text, strong: (text) => text }

export const coloured: Paint = {
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
}

export function createEventPrinter({ answer, note, paint, showsMessages }: EventPrinterOptions): EventPrinter {
  /** Whether the cursor stands inside a line of the answer. */
  let inLine = false
  let lastMessage: string | null = null

  function line(text: string): void {
    endLine()
    note(text)
  }

  function endLine(): void {
    if (inLine) answer('\n')
    inLine = false
  }

  function show(event: ThreadEvent, prefix: string): void {
    switch (event.type) {
      case 'message_added': {
        const text = event.parts.map(textOfPart).join('\n\n')
        const { follows = lastMessage } = event
        if (follows !== lastMessage) line(paint.dim('(in place of an earlier message, which stays in its own branch)'))
        lastMessage = event.messageId
        return showsMessages() ? line(paint.strong(`> ${printable(text)}`)) : undefined
      }
      case 'agent_message': {
        // What an agent that was called writes, is its call's output; shown twice it would be read twice.
        if (prefix !== '' || event.delta === '') return
        const text = printable(event.delta)
        answer(text)
        inLine = !text.endsWith('\n')
        return
      }
      case 'tool_executing':
        return line(paint.dim(`${prefix}. ${printable(event.tool)} ${short(event.input)}`))
      case 'tool_progress':
        return line(paint.dim(`${prefix}  ${short(event.progress)}`))
      case 'tool_completed': {
        const end = `${prefix}${event.outcome === 'ok' ? '+' : '!'} ${printable(event.tool)}: ${event.outcome}, ${event.durationMs} ms`
        if (event.outcome === 'ok') return line(paint.dim(end))
        return line(paint.bad(event.error === undefined ? end : `${end}; ${printable(event.error.message)}`))
      }
      case 'tool_late':
        return line(
          paint.dim(`${prefix}  ${printable(event.tool)} settled ${event.afterMs} ms after it was given up; not used`),
        )
      case 'approval_resolved':
        return line(
          paint.dim(`${prefix}  ${event.decision}${event.by === undefined ? '' : ` by ${printable(event.by)}`}`),
        )
      case 'agent_rewound':
        return line(paint.dim(`${prefix}(the last step is made again: ${printable(event.reason)})`))
      case 'limit_warning':
        return line(paint.dim(`${prefix}(nearly used up: ${printable(describeLimit(event.limit))})`))
      case 'context_compacted':
        return line(paint.dim(`${prefix}(${event.dropped.messages} earlier messages were summarised for the model)`))
      case 'agent_completed': {
        endLine()
        if (prefix !== '' || event.outcome === 'completed') return
        const limit = event.limit === undefined ? '' : `: ${printable(describeLimit(event.limit))}`
        const why =
          event.error === undefined ? limit : `: ${printable(event.error.message)} (${printable(event.error.code)})`
        return line(paint.bad(`[${event.outcome}${why}]`))
      }
      case 'subagent_event':
        return show(event.event, `${prefix}  `)
      case 'agent_started':
        return event.attempt > 1 ? line(paint.dim(`${prefix}(the run goes on after an interruption)`)) : undefined
      case 'thread_renamed':
      case 'agent_thinking':
      case 'step_completed':
      case 'approval_requested':
        return
      default:
        return event satisfies never
    }
  }

  return { print: ({ event }) => show(event, '') }
}

function textOfPart(part: MessagePart): string {
  return part.type === 'text' ? part.text : `[${part.name}, ${part.mediaType}, ${part.bytes} bytes]`
}

/** A value in one line. */
export function short(value: JsonValue): string {
  const text = printable(JSON.stringify(value) ?? '')
  return text.length > maxShownChars ? `${text.slice(0, maxShownChars)}…` : text
}
