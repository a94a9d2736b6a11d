/** Every limit of the house: what it is, what is used of it, how often it refused. Types only. @module */
import type { BudgetResource, BudgetWindow } from '../protocol/vocabulary.ts'

export interface LimitsQuestion {
  readonly query: Record<never, never>
  readonly reply: LimitsReport
}

export type LimitGroup = 'connections' | 'requests' | 'runs' | 'tools' | 'attachments' | 'store' | 'sign-in'

export interface LimitsReport {
  readonly at: number
  /** Since when refusals are counted: the start of the server. */
  readonly since: number
  readonly limits: readonly LimitReport[]
  readonly budgets: readonly BudgetReport[]
  readonly currency: string
}

export interface LimitReport {
  /** As in the configuration; its unit stands at its end. */
  readonly name: string
  readonly group: LimitGroup
  /** What it bounds, and what answers beyond it: half sentences, with names between backticks. */
  readonly bounds: string
  readonly answeredBy: string
  /** Null: none, Infinity. */
  readonly value: number | null
  readonly default: number | null
  readonly min: number
  /** Null: Infinity may be configured. */
  readonly max: number | null
  /** Agents whose runs have another. */
  readonly agents: readonly { readonly agent: string; readonly value: number | null }[]
  /** Now. Null: nothing that could be counted. */
  readonly used: LimitUse | null
  /** How often it was reached. Null: reaching it refuses nothing. */
  readonly refused: number | null
  /** Counted together with these, because they answer by the same code. */
  readonly sharedWith: readonly string[]
}

export interface LimitUse {
  readonly amount: number
  /** Whose: of all, or the highest of one of them within sight. */
  readonly of: 'server' | 'tenant' | 'user' | 'connection' | 'catalogue'
}

export interface BudgetReport {
  readonly per: 'user' | 'tenant'
  readonly window: BudgetWindow
  readonly resource: BudgetResource
  /** The one tool whose calls it counts. */
  readonly tool: string | null
  /** Whom it binds. Null: everybody. */
  readonly roles: readonly string[] | null
  /** Of money, in the currency. */
  readonly max: number
  /** Runs and calls that it ended or refused. */
  readonly refused: number
}
