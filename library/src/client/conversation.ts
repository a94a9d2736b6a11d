/**
 * What a person sees of a thread: the view model that is folded from its events, one at a time. Pure: the same events make
 * the same conversation, on a page, in a terminal, after a reload. What did not change keeps its identity, so a view can
 * skip it.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import { textsOf } from '../protocol/message-parts.ts'
import type { MessagePart, SentPart } from '../protocol/vocabulary.ts'
import { applyRunEvent, newRun, type OpenApproval, openApprovalsOf, type RunView } from './run-view.ts'

/** A message and the run that it started. */
export interface Turn {
  readonly messageId: string
  readonly parts: readonly MessagePart[]
  /** The message that it comes after; null: none. Absent: it lies before what is held. */
  readonly follows?: string | null
  /** When the message was committed, milliseconds since the epoch. */
  readonly at: number
  readonly run: RunView
}

export interface Conversation {
  /** Of the first event that is held; 0: none is yet. */
  readonly firstSeq: number
  /** Of the last event that was applied. */
  readonly seq: number
  /** Set once the thread was renamed. */
  readonly title?: string
  /** Of all branches, in the order they were sent; `branchOf` has those of one. */
  readonly turns: readonly Turn[]
  /** Events of runs whose message lies before what is held, in order: they find their place when that is prepended. */
  readonly unplaced: readonly LoggedEvent[]
}

export const emptyConversation: Conversation = Object.freeze({ firstSeq: 0, seq: 0, turns: [], unplaced: [] })

/** Costs what the last turn costs, not what the thread costs, but for one copy of the list of turns. */
export function applyEvent(before: Conversation, logged: LoggedEvent): Conversation {
  const { seq, at, event } = logged
  if (seq <= before.seq) return before
  const conversation = before.firstSeq === 0 ? { ...before, firstSeq: seq } : before
  switch (event.type) {
    case 'thread_renamed':
      return { ...conversation, seq, title: event.title }
    case 'message_added': {
      const { messageId, parts, runId, follows = lastMessage(conversation) } = event
      const turn = placed({ messageId, parts, at, run: newRun(runId, at) }, follows)
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
  const earlier = earlierOf(conversation, events)
  const before = lastMessage(earlier)
  const turns = conversation.turns.map((turn) => (turn.follows === undefined ? placed(turn, before) : turn))
  return {
    ...earlier,
    ...conversation,
    firstSeq: earlier.firstSeq,
    turns: [...earlier.turns, ...turns],
    unplaced: earlier.unplaced,
  }
}

/** What waits for its place is gone through only when a message is there that it may belong to. */
function earlierOf({ unplaced, firstSeq }: Conversation, events: readonly LoggedEvent[]): Conversation {
  if (events.some(({ event }) => event.type === 'message_added')) {
    return [...events, ...unplaced].reduce(applyEvent, emptyConversation)
  }
  const page = events.reduce(applyEvent, emptyConversation)
  return { ...page, firstSeq: page.firstSeq || firstSeq, unplaced: [...page.unplaced, ...unplaced] }
}

/** Null: there is none; undefined: it lies before what is held. */
function lastMessage({ turns, firstSeq }: Conversation): string | null | undefined {
  return turns.at(-1)?.messageId ?? (firstSeq === 1 ? null : undefined)
}

function placed(turn: Turn, follows: string | null | undefined): Turn {
  return follows === undefined ? turn : { ...turn, follows }
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

/** The parts of a message, as they are sent once more. */
export function sentAgain(parts: readonly MessagePart[]): readonly SentPart[] {
  return parts.map((part) => (part.type === 'text' ? part : { type: part.type, attachmentId: part.attachmentId }))
}
