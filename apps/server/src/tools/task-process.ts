/**
 * The far end of a pool: a process that carries out one task after the other. The law: it lives for its pool only, and ends
 * with it in the middle of a task too, however long that would have taken.
 *
 * @module
 */
import { createContext, Script } from 'node:vm'
import type { StarterToolErrorCode, StarterToolErrorDetails } from './errors.ts'
import type { TaskMessage, TaskReply } from './process-pool.ts'

/** A task that is refused, on its way to the caller. */
export class Refusal extends Error {
  readonly reply: Extract<TaskReply, { type: 'error' }>

  constructor(reply: Refusal['reply']) {
    super('refused')
    this.reply = reply
  }
}

/** By then the pool has killed this process, if it is still there to do so. */
const OVERTIME_MS = 1_000

/** Contract: `carryOut` answers with JSON. What it throws is a `Refusal`, or the end of this process. */
export function answerTasks<T>(carryOut: (task: T) => unknown): void {
  const within = createContext({ work: (): unknown => undefined })
  const script = new Script('work()')
  // A loop hears of nothing, also not of the pool's end. This is the one clock that interrupts it.
  const guarded = (work: () => unknown, timeout: number): unknown => {
    within.work = work
    return script.runInContext(within, { timeout })
  }

  process.on('message', (message) => {
    // The pool is at the other end, and its tasks are of one type.
    const { task, timeLimitMs } = message as TaskMessage & { readonly task: T }
    try {
      answer({ type: 'value', value: guarded(() => carryOut(task), timeLimitMs + OVERTIME_MS) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      answer(error.reply)
    }
  })
  process.on('disconnect', () => process.exit())
  process.send?.('ready')
}

export function refuse<C extends StarterToolErrorCode>(code: C, details: StarterToolErrorDetails[C]): never {
  throw new Refusal({ type: 'error', code, details })
}

function answer(reply: TaskReply): void {
  process.send?.(reply)
}
