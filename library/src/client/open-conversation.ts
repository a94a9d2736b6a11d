/**
 * A thread as a page shows it: its last turns at once, what comes live, and earlier turns when they are asked for. The law:
 * what is shown is a gap-free end of the log, whatever its length.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Failure, Thread } from '../protocol/vocabulary.ts'
import type { Client } from './client.ts'
import { applyEvent, type Conversation, emptyConversation, prependEvents } from './conversation.ts'

export interface ConversationState {
  readonly conversation: Conversation
  /** Undefined until it was opened. */
  readonly thread: Thread | undefined
  /** The history up to where it was opened has arrived. */
  readonly caughtUp: boolean
  /** There are turns before these. */
  readonly hasEarlier: boolean
  /** It was deleted, or is not this user's. */
  readonly gone: boolean
  /** Why the server will not open it. */
  readonly refusal: Failure | undefined
}

export interface ConversationView extends Disposable {
  readonly state: ConversationState
  /** Resolves when at least one earlier turn is shown, or there is none. Rejects with `ClientError`. Asking twice is asking once. */
  loadEarlier(): Promise<void>
}

export interface ConversationOptions {
  /** Called whenever the state changed; may be called hundreds of times a second. */
  readonly onChange: (state: ConversationState) => void
  /** So many of the newest events, and the rest of the turn they begin in. 1 to 500; default 200. */
  readonly last?: number
}

const EARLIER_EVENTS = 200

const nothing: ConversationState = Object.freeze({
  conversation: emptyConversation,
  thread: undefined,
  caughtUp: false,
  hasEarlier: false,
  gone: false,
  refusal: undefined,
})

export function openConversation(
  client: Client,
  threadId: string,
  { onChange, last = 200 }: ConversationOptions,
): ConversationView {
  let state = nothing
  let historyEnd = Number.POSITIVE_INFINITY
  /** Of the last event that is not held here. */
  let before = 0
  let loading: Promise<void> | undefined
  let disposed = false

  function show(change: Partial<ConversationState>): void {
    if (disposed) return
    state = { ...state, ...change }
    onChange(state)
  }

  async function load(): Promise<void> {
    const shown = state.conversation.turns.length
    while (before > 0 && state.conversation.turns.length === shown && !disposed) {
      const began = before
      const { events } = await client.command<'thread.read'>({
        type: 'thread.read',
        threadId,
        before: before + 1,
        limit: EARLIER_EVENTS,
      })
      // Begun anew meanwhile: these belong to what was shown before.
      if (before !== began) return
      before = firstSeq(events) - 1
      show({ conversation: prependEvents(state.conversation, events), hasEarlier: before > 0 })
    }
  }

  function loadEarlier(): Promise<void> {
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }

  const view = client.openThread(
    threadId,
    {
      onOpen({ thread, lastSeq, after }) {
        historyEnd = lastSeq
        if (state.thread === undefined) before = after
        show({ thread, hasEarlier: before > 0, caughtUp: state.conversation.seq >= lastSeq || after >= lastSeq })
      },
      onEvent(event) {
        const conversation = applyEvent(state.conversation, event)
        show({ conversation, caughtUp: state.caughtUp || conversation.seq >= historyEnd })
        // A turn so long that it was opened in its middle is shown from its beginning.
        if (state.caughtUp && state.hasEarlier && conversation.turns.length === 0) loadEarlier().catch(() => {})
      },
      onRestart() {
        before = 0
        show({ ...nothing })
      },
      onGone: () => show({ gone: true }),
      onRefused: (refusal) => show({ refusal }),
    },
    { last },
  )

  return {
    get state() {
      return state
    },
    loadEarlier,
    [Symbol.dispose]() {
      disposed = true
      view[Symbol.dispose]()
    },
  }
}

function firstSeq(events: readonly LoggedEvent[]): number {
  return events[0]?.seq ?? 1
}
