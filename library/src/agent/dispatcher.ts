/**
 * The only way a call is carried out: prepare, execute, finalize. The law: every call ends in exactly one tool_completed
 * with its true outcome, and nothing that a tool, a model or a person does makes it throw.
 *
 * @module
 */
import type { RequestedCall, ToolCompleted } from '../protocol/events.ts'
import { approveCall } from './call-approval.ts'
import {
  type CallPart,
  cancelledEnding,
  type PendingCall,
  type Prepared,
  prepareCall,
  type ReadyCall,
  readCall,
} from './call-preparation.ts'
import { type CallEnd, carryOutCall } from './carried-call.ts'
import { createGate, enterGates } from './gate.ts'
import type { RunContext } from './run-context.ts'

export interface Dispatcher {
  /** Gives each call its id, and what of it may be shown. */
  read(calls: readonly CallPart[]): readonly PendingCall[]
  /**
   * Prepares the calls one after the other, executes them together, and answers with their ends in the order of the
   * calls, durable. Each end is logged as soon as it is known. Rejects with `RunLost` only.
   */
  carryOut(step: number, calls: readonly PendingCall[]): Promise<readonly ToolCompleted[]>
}

export function createDispatcher(run: RunContext): Dispatcher {
  const { runId, signal, services, limits } = run
  const places = createGate(limits.maxConcurrentCalls)

  async function execute(call: ReadyCall): Promise<CallEnd> {
    const prepared = call.needsApproval ? await approveCall(run, call) : { ready: call }
    if ('end' in prepared) return prepared.end
    const { ready } = prepared
    const entered = enterGates([places, services.toolGate(ready.tool)], signal)
    using inside = entered instanceof Promise ? await entered : entered
    if (inside === undefined || signal.aborted) return cancelledEnding(ready.tool.name).end
    return await carryOutCall(run, ready)
  }

  function complete(step: number, { callId, tool }: RequestedCall, { late, ...end }: CallEnd): ToolCompleted {
    const completed: ToolCompleted = { type: 'tool_completed', runId, step, callId, tool, ...end }
    run.emit(completed)
    if (late !== undefined) void quarantine(completed, late)
    return completed
  }

  /** The result of an abandoned call is nobody's any more; that it came is on record. */
  async function quarantine({ callId, tool }: ToolCompleted, late: Promise<'resolved' | 'rejected'>): Promise<void> {
    const abandonedAt = services.clock.monotonic()
    const settled = await late
    const afterMs = Math.round(services.clock.monotonic() - abandonedAt)
    const recorded = run.isOpen()
    if (recorded) run.emit({ type: 'tool_late', runId, callId, tool, settled, afterMs })
    services.onLateCall({ runId, callId, tool, settled, afterMs, recorded })
  }

  return {
    read: (calls) => calls.map((call) => readCall(run, call)),
    async carryOut(step, calls) {
      const prepared: { readonly call: PendingCall; readonly made: Prepared }[] = []
      for (const call of calls) {
        const made = prepareCall(run, step, call)
        prepared.push({ call, made: made instanceof Promise ? await made : made })
      }
      const ends = await Promise.all(
        prepared.map(async ({ call, made }) =>
          complete(step, call.requested, 'ready' in made ? await execute(made.ready) : made.end),
        ),
      )
      await run.commit()
      return ends
    },
  }
}
