/**
 * The only way a call is carried out: prepare, execute, finalize. The law: every call ends in exactly one tool_completed
 * with its true outcome, and nothing that a tool, a model or a person does makes it throw.
 *
 * @module
 */
import type { RequestedCall, ToolCompleted, ToolLate } from '../protocol/events.ts'
import { approveCall, withdrawApproval } from './call-approval.ts'
import {
  type CallPart,
  cancelledEnding,
  holdCall,
  type PendingCall,
  type Prepared,
  prepareCall,
  type ReadyCall,
  readCall,
  reopenCall,
} from './call-preparation.ts'
import { type CallEnd, carryOutCall } from './carried-call.ts'
import { createGate, enterGates } from './gate.ts'
import type { RunContext } from './run-context.ts'
import type { OpenCall } from './run-progress.ts'

export interface Dispatcher {
  /** Gives each call its id, and what of it may be shown. */
  read(calls: readonly CallPart[]): readonly PendingCall[]
  /** Calls that another node had left open, as the log has them. */
  reopen(calls: readonly OpenCall[]): readonly PendingCall[]
  /**
   * Prepares the calls one after the other, executes them together, and answers with their ends in the order of the
   * calls, durable. Each end is logged as soon as it is known. Rejects with `RunLost` only.
   */
  carryOut(step: number, calls: readonly PendingCall[]): Promise<readonly ToolCompleted[]>
}

interface Abandoned {
  readonly late: Promise<'resolved' | 'rejected'>
  /** That it was abandoned is in the log. */
  readonly durable: Promise<void>
}

export function createDispatcher(run: RunContext): Dispatcher {
  const { runId, signal, services, limits, activity } = run
  const places = createGate(limits.maxConcurrentCalls)

  async function execute(call: ReadyCall): Promise<CallEnd> {
    const prepared = call.needsApproval ? await approveCall(run, call) : { ready: call }
    if ('end' in prepared) return prepared.end
    const { ready } = prepared
    if (ready.before?.agent !== undefined) return await carryOutCall(run, ready)
    const holding = ready.before?.started === undefined ? holdCall(run, ready) : undefined
    const unreserved = holding && (await holding)
    if (unreserved !== undefined) return unreserved
    const entered = enterGates([places, services.toolGate(ready.tool)], signal)
    using inside = entered instanceof Promise ? await entered : entered
    if (inside === undefined || signal.aborted) return cancelledEnding(ready.tool.name).end
    return await carryOutCall(run, ready)
  }

  /** It ends before anybody has answered: then nobody needs to. */
  async function withdraw({ before }: PendingCall, end: CallEnd): Promise<CallEnd> {
    if (before?.asked !== undefined && before.answered === undefined) await withdrawApproval(run, before.asked)
    return end
  }

  function complete(step: number, { callId, tool }: RequestedCall, { late, ...end }: CallEnd): ToolCompleted {
    const completed: ToolCompleted = { type: 'tool_completed', runId, step, callId, tool, ...end }
    run.emit(completed)
    if (late !== undefined) void quarantine(completed, { late, durable: run.commit() })
    return completed
  }

  /** The result of an abandoned call is nobody's any more; that it came is on record. */
  async function quarantine({ callId, tool }: ToolCompleted, { late, durable }: Abandoned): Promise<void> {
    const abandonedAt = services.clock.monotonic()
    const isLogged = durable.then(
      () => true,
      () => false,
    )
    const settled = await late
    const afterMs = Math.round(services.clock.monotonic() - abandonedAt)
    const recorded = (await isLogged) && (await record({ type: 'tool_late', runId, callId, tool, settled, afterMs }))
    services.onLateCall({ runId, callId, tool, settled, afterMs, recorded })
  }

  async function record(event: ToolLate): Promise<boolean> {
    try {
      await run.recordLate(event)
      return true
    } catch (err) {
      services.logger.warn({ err, runId, callId: event.callId }, 'A late call could not be recorded')
      return false
    }
  }

  return {
    read: (calls) => calls.map((call) => readCall(run, call)),
    reopen: (calls) => calls.map((call) => reopenCall(run, call)),
    async carryOut(step, calls) {
      const prepared: { readonly call: PendingCall; readonly made: Prepared }[] = []
      for (const call of calls) {
        const made = prepareCall(run, step, call)
        prepared.push({ call, made: made instanceof Promise ? await made : made })
      }
      activity.fork(prepared.length)
      const ends = await Promise.all(
        prepared.map(async ({ call, made }) => {
          const end = 'ready' in made ? await execute(made.ready) : await withdraw(call, made.end)
          const completed = complete(step, call.requested, end)
          activity.leave()
          return completed
        }),
      )
      activity.join()
      await run.commit()
      return ends
    },
  }
}
