/**
 * The branches of a thread, as the messages that a model is shown of each. The law: of other branches than the one at hand
 * it is shown nothing.
 *
 * @module
 */
import type { ModelMessage } from './ports.ts'

export interface Branches {
  /**
   * Begins the turn of a message.
   *
   * @param follows - The message that it comes after; null: none; undefined: the one whose turn it was.
   */
  begin(messageId: string, follows: string | null | undefined): void
  /** What stood before the turn at hand is shown otherwise from now on, in this branch alone. */
  replace(): void
}

/** What a turn added to what it follows. */
interface Turn {
  readonly before: Turn | undefined
  readonly added: readonly ModelMessage[]
}

/** @param messages - Of the turn at hand, and of those that it follows; written here when another branch is gone on with. */
export function createBranches(messages: ModelMessage[]): Branches {
  const ended = new Map<string, Turn>()
  let messageId: string | undefined
  /** What the turn at hand follows, and how many messages that are. */
  let before: Turn | undefined
  let begun = 0

  return {
    begin(next, follows = messageId ?? null) {
      const turn: Turn = { before, added: messages.slice(begun) }
      if (messageId !== undefined) ended.set(messageId, turn)
      if (follows !== (messageId ?? null)) show(ended.get(follows ?? ''))
      before = follows === null ? undefined : ended.get(follows)
      begun = follows === null ? 0 : messages.length
      messageId = next
    },
    replace() {
      before = undefined
      begun = 0
    },
  }

  function show(last: Turn | undefined): void {
    const turns: Turn[] = []
    for (let turn = last; turn !== undefined; turn = turn.before) turns.push(turn)
    messages.length = 0
    for (const { added } of turns.reverse()) for (const message of added) messages.push(message)
  }
}
