/**
 * How far a turn's plan is: what was done, what can start now, what cannot any more. Every task is tried once.
 *
 * @module
 */
import type { JsonObject } from '../../../protocol/vocabulary.ts'
import type { Done, Turn } from './conversation.ts'
import { inputOf, type Plan } from './task.ts'

export interface Progress {
  /** Results by task. */
  readonly done: ReadonlyMap<number, Done>
  /** Calls to make now, together. Empty: it is time to answer. */
  readonly next: readonly { readonly task: number; readonly tool: string; readonly input: JsonObject }[]
  /** Tasks that cannot start, and why. */
  readonly blocked: ReadonlyMap<number, 'failed_before' | 'nothing_to_take'>
  /** Results of this turn that belong to no task of the plan, because the tools changed in between. */
  readonly stray: readonly Done[]
}

export function progressOf(plan: Plan, turn: Turn): Progress {
  const done = new Map<number, Done>()
  const stray: Done[] = []
  for (const one of turn.steps.flat()) {
    const fits = (index: number): boolean => {
      const task = plan.tasks[index]
      return task?.type === 'call' && task.indexed.tool.name === one.tool && !done.has(index)
    }
    const index = one.task !== undefined && fits(one.task) ? one.task : plan.tasks.findIndex((_, at) => fits(at))
    if (index >= 0) done.set(index, one)
    else stray.push(one)
  }

  const blocked = new Map<number, 'failed_before' | 'nothing_to_take'>()
  const next: { task: number; tool: string; input: JsonObject }[] = []
  const spent = turn.steps.length > plan.tasks.length
  for (const [index, task] of plan.tasks.entries()) {
    if (task.type !== 'call' || done.has(index) || spent) continue
    const source = typeof task.source === 'number' ? done.get(task.source) : task.source
    const sourceFailed =
      typeof task.source === 'number' && (blocked.has(task.source) || (source && source.outcome !== 'ok'))
    if (sourceFailed) {
      blocked.set(index, 'failed_before')
      continue
    }
    if (task.after.some((one) => !done.has(one) && !blocked.has(one))) continue
    const input = inputOf(task, source)
    if (input === undefined) blocked.set(index, 'nothing_to_take')
    else next.push({ task: index, tool: task.indexed.tool.name, input })
  }
  return { done, next, blocked, stray }
}
