/**
 * Who may see and call which tool, and when a person must agree first. The answer is no unless a rule says yes.
 *
 * @module
 */
import type { Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'

export interface AllowRule {
  /** A principal with every one of these roles… */
  readonly roles?: readonly string[]
  /** …and every one of these granted scopes… */
  readonly scopes?: readonly string[]
  /** …may use the tools of these names, tags (`tag:files`), categories (`category:math`), or all (`*`). */
  readonly tools: readonly string[]
}

/** Effects, tool names, tags or categories whose calls wait for a person. Default: `['effect:destructive']`. */
export type ApprovalRule = string

export interface PolicyOptions {
  readonly allow: readonly AllowRule[]
  readonly approve?: readonly ApprovalRule[]
  /** How long a person has to answer. Default 86,400,000 (a day). */
  readonly approvalTimeoutMs?: number
}

export type Permission =
  | { readonly allowed: true; readonly approval: boolean }
  | {
      readonly allowed: false
      readonly reason: 'no_rule' | 'missing_role' | 'missing_scope'
      readonly missing: readonly string[]
    }

export interface Policy {
  /** The one place where it is decided, for listing and for calling. */
  permission(principal: Principal, tool: Tool): Permission
  /**
   * What of a scope's tools the principal may see, in the same order. The same array for the same tools and grants, so
   * that what is derived from it can be cached by identity.
   */
  visible(principal: Principal, tools: readonly Tool[]): readonly Tool[]
  readonly approvalTimeoutMs: number
}
