/**
 * What a person sees of a thread: the view model that is folded from its events, one at a time. Pure: the same events make
 * the same conversation, on a page, in a terminal, after a reload. What did not change keeps its identity, so a view can
 * skip it.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import { textsOf } from '../protocol/message-parts.ts'
import type { MessagePart } from '../protocol/vocabulary.ts'
import { applyRunEvent, newRun, type OpenApproval, openApprovalsOf, type RunView } from './run-view.ts'

/** A message and the run that it started. */
export interface Turn {
  readonly messageId: string
  readonly parts: readonly MessagePart[]
  /** The message that it comes after; null: none. Absent: one before where the conversation was opened. */
  readonly follows?: string | null
  /** When the message was committed, milliseconds since the epoch. */
  readonly at: number
  readonly run: RunView
}

export interface Conversation {
  /** Of the first event that was applied, above 1 when it was opened later in the log; 0: of none yet. */
  readonly firstSeq: number
  /** Of the last event that was applied. */
  readonly seq: number
  /** Set once the thread was renamed. */
  readonly title?: string
  readonly turns: readonly Turn[]
  /** Events of runs whose message lies before what is held, in order: they find their place when that is prepended. */
  readonly unplaced: readonly LoggedEvent[]
}

export const emptyConversation: Conversation = Object.freeze({ seq: 0, turns: [], unplaced: [] })

/** Costs what the last turn costs, not what the thread costs, but for one copy of the list of turns. */
export function applyEvent(conversation: Conversation, logged: LoggedEvent): Conversation {
  const { seq, at, event } = logged
  if (seq <= conversation.seq) return conversation
  switch (event.type) {
    case 'thread_renamed':
      return { ...conversation, seq, title: event.title }
    case 'message_added': {
      const turn: Turn = { messageId: event.messageId, parts: event.parts, at, run: newRun(event.runId, at) }
      return { ...conversation, seq, turns: [...conversation.turns, turn] }
    }
    default: {
      const index = conversation.turns.findLastIndex((turn) => turn.run.runId === event.runId)
      const turn = conversation.turns[index]
      if (turn === undefined) return { ...conversation, seq, unplaced: [...conversation.unplaced, logged] }
      const run = applyRunEvent(turn.run, event, at)
      return run === turn.run
        ? { ...conversation, seq }
        : { ...conversation, seq, turns: conversation.turns.with(index, { ...turn, run }) }
    }
  }
}

/** With the events that come right before those it holds. */
export function prependEvents(conversation: Conversation, events: readonly LoggedEvent[]): Conversation {
  const earlier = [...events, ...conversation.unplaced].reduce(applyEvent, emptyConversation)
  return {
    ...earlier,
    ...conversation,
    turns: [...earlier.turns, ...conversation.turns],
    unplaced: earlier.unplaced,
  }
}

/** The run at work on the thread, if any. */
export function activeRun(conversation: Conversation): RunView | undefined {
  const last = conversation.turns.at(-1)
  return last !== undefined && (last.run.status === 'accepted' || last.run.status === 'running') ? last.run : undefined
}

/** Approvals that wait for an answer, agents called as tools included, oldest first. */
export function openApprovals(conversation: Conversation): readonly OpenApproval[] {
  const run = activeRun(conversation)
  return run === undefined ? [] : openApprovalsOf(run)
}

/** The text of a message or an answer, without what was attached. */
export function textOf(parts: readonly MessagePart[]): string {
  return textsOf(parts).join('\n\n')
}
