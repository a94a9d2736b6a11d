/**
 * The branches of a conversation: an edited or repeated message begins another one, and the older stays as it was.
 *
 * @module
 */
import type { Conversation, Turn } from './conversation.ts'

/** A turn of a branch. */
export interface BranchTurn {
  readonly turn: Turn
  /** The ids of all messages that come after the same one, oldest first, its own among them. */
  readonly versions: readonly string[]
}

/**
 * The turns of a branch, from its first message to its last.
 *
 * @param messageId - The newest branch that this message is in. Default, and for a message that is not there: the newest.
 */
export function branchOf(conversation: Conversation, messageId?: string): readonly BranchTurn[] {
  const { turns } = conversation
  const byId = new Map(turns.map((turn) => [turn.messageId, turn]))
  const versions = versionsOf(turns)
  const path: BranchTurn[] = []
  let turn = newestAfter(turns, messageId) ?? turns.at(-1)
  while (turn !== undefined) {
    const { follows, messageId: id }: Turn = turn
    path.push({ turn, versions: (follows === undefined ? undefined : versions.get(follows)) ?? [id] })
    turn = typeof follows === 'string' ? byId.get(follows) : undefined
  }
  return path.reverse()
}

/** The last message that was sent on the way from this one on. A message comes after what it follows, so one pass will do. */
function newestAfter(turns: readonly Turn[], messageId: string | undefined): Turn | undefined {
  const reached = new Set<string>()
  let newest: Turn | undefined
  for (const turn of turns) {
    if (turn.messageId !== messageId && !(typeof turn.follows === 'string' && reached.has(turn.follows))) continue
    reached.add(turn.messageId)
    newest = turn
  }
  return newest
}

/** By what they follow; of some it is not known. */
function versionsOf(turns: readonly Turn[]): ReadonlyMap<string | null, readonly string[]> {
  const versions = new Map<string | null, string[]>()
  for (const { follows, messageId } of turns) {
    if (follows === undefined) continue
    const known = versions.get(follows)
    if (known === undefined) versions.set(follows, [messageId])
    else known.push(messageId)
  }
  return versions
}
