/**
 * One thread at a time on a terminal: what is shown, what runs, and what waits for an answer.
 *
 * @module
 */
import {
  activeRun,
  applyEvent,
  type Client,
  type Conversation,
  emptyConversation,
  type OpenApproval,
  openApprovals,
  type Turn,
} from 'toolcrib/client'
import { type AgentCompleted, mayAnswer } from 'toolcrib/protocol'
import { printable } from '../printable.ts'
import { createEventPrinter, type Paint } from './event-printer.ts'

export interface ConversationViewOptions {
  readonly client: Client
  readonly paint: Paint
  readonly answer: (text: string) => void
  readonly note: (line: string) => void
  /** Told when a run ended. */
  readonly onCompleted: (event: AgentCompleted) => void
  /** Told when a call waits for the person here. */
  readonly onApproval: (approval: OpenApproval) => void
  readonly onGone: () => void
}

export interface ConversationView {
  readonly threadId: string | undefined
  readonly activeRunId: string | undefined
  /** Of the newest branch. */
  readonly lastTurn: Turn | undefined
  readonly approvals: readonly OpenApproval[]
  /** Shows a thread from its beginning; resolves when its history is on the screen. */
  open(threadId: string): Promise<void>
  close(): void
}

export function createConversationView(options: ConversationViewOptions): ConversationView {
  const { client, paint, answer, note, onCompleted, onApproval, onGone } = options
  let conversation: Conversation = emptyConversation
  let view: (Disposable & { readonly threadId: string }) | undefined
  let isHistory = false
  let historySeq = Number.POSITIVE_INFINITY
  const asked = new Set<string>()
  const printer = createEventPrinter({ answer, note, paint, showsMessages: () => isHistory })

  return {
    get threadId() {
      return view?.threadId
    },
    get activeRunId() {
      return activeRun(conversation)?.runId
    },
    get lastTurn() {
      return conversation.turns.at(-1)
    },
    get approvals() {
      return openApprovals(conversation)
    },
    close: () => view?.[Symbol.dispose](),
    open(threadId) {
      view?.[Symbol.dispose]()
      conversation = emptyConversation
      isHistory = true
      historySeq = Number.POSITIVE_INFINITY
      asked.clear()
      const shown = Promise.withResolvers<void>()
      view = client.openThread(threadId, {
        onOpen({ lastSeq }) {
          // Again after each reconnect; what was missed meanwhile is no history.
          if (!isHistory) return
          historySeq = lastSeq
          endHistory(shown.resolve)
          askOpen()
        },
        onEvent(event) {
          conversation = applyEvent(conversation, event)
          printer.print(event)
          endHistory(shown.resolve)
          askOpen()
          if (event.event.type === 'agent_completed' && !isHistory) onCompleted(event.event)
        },
        onGone() {
          shown.resolve()
          onGone()
        },
      })
      return shown.promise
    },
  }

  /** What was answered in the history is not asked again. */
  function askOpen(): void {
    if (isHistory) return
    for (const approval of openApprovals(conversation)) {
      if (asked.has(approval.approvalId)) continue
      asked.add(approval.approvalId)
      if (mayBeAnswered(approval)) onApproval(approval)
      else note(paint.dim(`${printable(approval.call.tool)} waits for others to agree.`))
    }
  }

  function mayBeAnswered({ approvers }: OpenApproval): boolean {
    const { status } = client
    if (approvers === undefined || status.state !== 'open') return true
    const { principal } = status.hello
    return mayAnswer(principal, { owner: principal, approvers })
  }

  function endHistory(shown: () => void): void {
    if (!isHistory || conversation.seq < historySeq) return
    isHistory = false
    shown()
  }
}
