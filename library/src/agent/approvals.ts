/**
 * Calls that wait for a person. The law: an approval is a record in the store, and its first answer stands, whoever gives
 * it and whatever this node remembers.
 *
 * @module
 */
import type { ApprovalDecision, ApprovalRequested, ApprovalResolved } from '../protocol/events.ts'
import type { JsonValue, Owner } from '../protocol/vocabulary.ts'
import type { EditedInput } from './edited-input.ts'
import type { CommittedEvents, EventLog } from './event-log.ts'
import type { RunLost } from './journal.ts'
import type { Clock, Logger, Store } from './ports.ts'
import { innermost, readThread } from './thread-events.ts'

export interface Question {
  readonly owner: Owner
  readonly threadId: string
  readonly request: ApprovalRequested
  /** It was asked by an earlier claim: it may have been answered while nobody here waited for it. */
  readonly askedBefore: boolean
  /** The request is in the log; rejects with `RunLost`. */
  readonly durable: Promise<void>
  /** Cancels the question. */
  readonly signal: AbortSignal
  /** Set once the run may not write any more: nothing is decided then. */
  readonly lost: () => RunLost | undefined
  /** Reads arguments as the approver edited them; what was shown redacted and left so is as it was. */
  readonly readEdited: (input: JsonValue) => Promise<EditedInput>
}

export interface ApprovalVerdict {
  readonly decision: ApprovalDecision
  readonly reason?: string
  readonly input?: JsonValue
}

export interface Approvals {
  /** Rejects with `RunLost` only. */
  wait(question: Question): Promise<ApprovalVerdict>
  /** The question, when its call waits on this node. */
  waiting(approvalId: string): Question | undefined
  /** Hands a committed answer to the call that waits for it: with its arguments unredacted, which the log does not hold. */
  settle(approvalId: string, verdict: ApprovalVerdict): void
  /** The answers among committed events, whoever gave them. */
  onCommitted(committed: CommittedEvents): void
}

export interface ApprovalsOptions {
  readonly store: Pick<Store, 'approvals' | 'events' | 'runs'>
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
}

const RETRY_MS = 250

export function createApprovals({ store, log, clock, logger }: ApprovalsOptions): Approvals {
  const { approvals, events, runs } = store
  const open = new Map<string, { readonly question: Question; readonly settle: (verdict: ApprovalVerdict) => void }>()

  function wait(question: Question): Promise<ApprovalVerdict> {
    const { request, signal } = question
    return new Promise((resolve, reject) => {
      let timer: Disposable | undefined
      let deciding = false
      let over = false
      const expire = (): void => {
        const leftMs = request.expiresAt - clock.now()
        if (leftMs > 0) timer = clock.setTimeout(expire, leftMs)
        else void decide('expired')
      }
      const cancel = (): void => void decide('cancelled')
      const forget = (): void => {
        timer?.[Symbol.dispose]()
        signal.removeEventListener('abort', cancel)
        over = true
        // Not what a newer claim of the run waits with.
        if (open.get(request.approvalId)?.question === question) open.delete(request.approvalId)
      }
      const settle = (verdict: ApprovalVerdict): void => {
        forget()
        resolve(verdict)
      }

      async function decide(decision: 'expired' | 'cancelled'): Promise<void> {
        if (deciding) return
        deciding = true
        timer?.[Symbol.dispose]()
        while (!over) {
          const lost = question.lost()
          if (lost !== undefined) return giveUp(lost)
          try {
            return settle(await resolveAs(question, decision))
          } catch (err) {
            logger.warn({ err, approvalId: request.approvalId }, 'An approval could not be closed; it is tried again')
          }
          await new Promise<void>((resume) => {
            timer = clock.setTimeout(resume, RETRY_MS)
          })
        }
      }

      async function lookUp(): Promise<void> {
        const held = await approvals.get(question.owner, request.approvalId).catch(() => undefined)
        // What was decided stands, whatever is said now.
        if (held !== undefined && held.status !== 'open') void decide('cancelled')
      }

      const watch = (): void => {
        if (over) return
        signal.addEventListener('abort', cancel, { once: true })
        if (signal.aborted) cancel()
        else expire()
        if (question.askedBefore) void lookUp()
      }
      const giveUp = (error: unknown): void => {
        forget()
        reject(error)
      }

      // Before it is durable, because whoever is told of it may answer before we are.
      open.set(request.approvalId, { question, settle })
      question.durable.then(watch, giveUp)
    })
  }

  /** The decision that stands: this one, or an answer that came first. */
  async function resolveAs(question: Question, decision: 'expired' | 'cancelled'): Promise<ApprovalVerdict> {
    const { owner, threadId, request } = question
    const answered = await log.commit(
      { owner, threadId },
      () => approvals.resolve(owner, request.approvalId, { decision, at: clock.now() }),
      (answer) => (answer.status === 'resolved' ? answer.events : []),
    )
    if (answered.status !== 'already_resolved') return { decision }
    for await (const { event } of readThread(events, owner, threadId)) {
      const resolved = innermost(event)
      if (resolved.type !== 'approval_resolved' || resolved.approvalId !== request.approvalId) continue
      if (resolved.input === undefined || !('runId' in event)) return verdictOf(resolved)
      return verdictOf(resolved, await runs.keptInputs(owner, event.runId))
    }
    return { decision }
  }

  return {
    wait,
    waiting: (approvalId) => open.get(approvalId)?.question,
    settle: (approvalId, verdict) => open.get(approvalId)?.settle(verdict),
    onCommitted({ events }) {
      if (open.size === 0) return
      for (const { event } of events) {
        const resolved = innermost(event)
        if (resolved.type !== 'approval_resolved') continue
        open.get(resolved.approvalId)?.settle(verdictOf(resolved))
      }
    },
  }
}

/** `kept`: arguments that the log holds redacted, by `callId`. */
export function verdictOf(resolved: ApprovalResolved, kept?: ReadonlyMap<string, JsonValue>): ApprovalVerdict {
  const { decision, reason } = resolved
  const input = resolved.input === undefined ? undefined : (kept?.get(resolved.callId) ?? resolved.input)
  return { decision, ...(reason === undefined ? {} : { reason }), ...(input === undefined ? {} : { input }) }
}
