/**
 * What was refused, cut or ended because a limit was reached, wherever no other part counts it: over HTTP, in calls, and by
 * the ends of runs. The law: only what a limit answers by is counted, so that no peer and no tool can make up a count.
 *
 * @module
 */
import { Counter, type Registry as PrometheusRegistry } from 'prom-client'
import type { Tool } from 'toolcrib'
import type { Gateway } from 'toolcrib/gateway'
import type { Tally } from 'toolcrib/operations'
import type { BudgetOptions } from 'toolcrib/policy'
import type { LimitFacts, LoggedEvent } from 'toolcrib/protocol'
import type { Registry } from 'toolcrib/registry'
import { limitNames } from '../config/limits.ts'
import { limitRefusals, refusedBy } from '../operations/limit-refusals.ts'

export interface Refusals {
  observe(event: LoggedEvent['event']): void
  /** Answered over HTTP with this code. */
  request(code: string): void
  /** So many entries of the audit went before their time. */
  forgotten(entries: number): void
  /** All that is counted anywhere, as `limitRefusals` names it. */
  read(parts: RefusalParts): Tally
  ofBudget(budget: DeclaredBudget): number
}

export interface RefusalParts {
  readonly gateway: Pick<Gateway, 'metrics'>
  readonly registry: Pick<Registry<Tool>, 'metrics'>
}

export type DeclaredBudget = Pick<BudgetOptions, 'per' | 'window' | 'resource' | 'tool'>

export interface RefusalsOptions {
  readonly budgets: readonly DeclaredBudget[]
}

type BudgetName = Pick<LimitFacts, 'name' | 'per' | 'window' | 'tool'>

const known: ReadonlySet<string> = new Set(Object.values(limitRefusals).flat())

export function createRefusals({ budgets: declared }: RefusalsOptions): Refusals {
  const knownBudgets = new Set(declared.map(budgetKey))
  const counts = new Map<string, number>()
  const budgets = new Map<string, number>()

  function count(key: string, times = 1): void {
    if (known.has(key)) counts.set(key, (counts.get(key) ?? 0) + times)
  }

  function countBudget(budget: BudgetName): void {
    const key = keyOf(budget)
    // A call is refused before it is known whether its tool is one: its name is the model's.
    if (!knownBudgets.has(key)) return
    budgets.set(key, (budgets.get(key) ?? 0) + 1)
  }

  return {
    request: (code) => count(`request:${code}`),
    forgotten: (entries) => count('forgotten', entries),
    observe(event) {
      const inner = insideOf(event)
      if (inner.type === 'tool_completed') {
        if (inner.truncated !== undefined) count('call:OUTPUT_CUT')
        if (inner.error !== undefined) count(`call:${inner.error.code}`)
        // A budget of calls that binds a tool says so by its name.
        if (inner.error?.code === 'BUDGET_REACHED') countBudget({ name: 'calls', tool: inner.tool })
      }
      if (inner.type !== 'agent_completed') return
      if (inner.limit?.per !== undefined) countBudget(inner.limit)
      else if (inner.limit !== undefined) count(`run:${inner.limit.name}`)
      else if (inner.error !== undefined) count(`run:${inner.error.code}`)
    },
    read({ gateway, registry }) {
      const { connections, commands, offers, feedsBehind } = gateway.metrics()
      return {
        ...named('command', commands.refused),
        ...named('connection', connections.refused),
        ...named('close', connections.closed),
        ...named('offer', offers.refused),
        ...named('registry', registry.metrics().refusals),
        feed: feedsBehind,
        dead: connections.deadPeers,
        ...Object.fromEntries(counts),
      }
    },
    ofBudget: (budget) => budgets.get(budgetKey(budget)) ?? 0,
  }
}

export function exportRefusals(read: () => Tally, registers: PrometheusRegistry[]): void {
  new Counter({
    name: 'toolcrib_limit_refusals_total',
    help: 'How often a limit was reached, by its name; limits that answer by one code are counted together',
    labelNames: ['limit'] as const,
    registers,
    collect() {
      this.reset()
      const counts = read()
      for (const limit of limitNames) {
        const refused = refusedBy(limit, counts)
        if (refused !== null) this.inc({ limit }, refused)
      }
    },
  })
}

function named(door: string, counts: Readonly<Record<string, number>>): Tally {
  return Object.fromEntries(Object.entries(counts).map(([code, count]) => [`${door}:${code}`, count]))
}

/** What an agent inside a run does counts as what the run does. */
function insideOf(event: LoggedEvent['event']): LoggedEvent['event'] {
  return event.type === 'subagent_event' ? insideOf(event.event) : event
}

function budgetKey({ resource: name, per, window, tool }: DeclaredBudget): string {
  return keyOf({ name, per, window, ...(tool === undefined ? {} : { tool }) })
}

function keyOf({ name, per, window, tool }: BudgetName): string {
  return JSON.stringify(tool === undefined ? [name, per, window] : [name, tool])
}
