/** Public entry `toolcrib/policy`: permissions, approvals and budgets. @module */

export { type BudgetOptions, type BudgetRule, readBudgets } from './policy/budgets.ts'
export { type DefinedPolicy, definePolicy, type ToolRules } from './policy/define-policy.ts'
export { PolicyError, type PolicyErrorCode, type PolicyErrorDetails, policyErrorCodes } from './policy/errors.ts'
export type { AllowRule, ApprovalRule, ApproverRule, Permission, Policy, PolicyOptions } from './policy/policy.ts'
export { selectTools } from './policy/select-tools.ts'
export { type Selector, unmatchedSelectors } from './policy/selector.ts'
export { type Answerable, type Approvers, mayAnswer } from './protocol/approvers.ts'
