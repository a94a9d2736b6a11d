/**
 * What every store must do, as one suite. The law: an implementation that passes can stand in for any other.
 *
 * @module
 */
import { administrationRules } from './store-contract/administration.ts'
import { approvalRules } from './store-contract/approvals.ts'
import { attachmentRules } from './store-contract/attachments.ts'
import { auditRules } from './store-contract/audit.ts'
import { closingRules } from './store-contract/closing.ts'
import { eventRules } from './store-contract/events.ts'
import type { Suite, TestRunner } from './store-contract/fixtures.ts'
import { inboxRules } from './store-contract/inbox.ts'
import { ownerRules } from './store-contract/owners.ts'
import { parkingRules } from './store-contract/parking.ts'
import { propertyRules } from './store-contract/properties.ts'
import { recordRules } from './store-contract/records.ts'
import { revocationRules } from './store-contract/revocations.ts'
import { leaseRules, runRules } from './store-contract/runs.ts'
import { threadRules } from './store-contract/threads.ts'
import { usageRules } from './store-contract/usage.ts'

export type { TestRunner } from './store-contract/fixtures.ts'

/**
 * Declares the suite with the caller's own test runner, so that this library depends on none.
 *
 * @param runner Vitest's `describe`, `it`, `expect` and `afterAll`, and fast-check as `fc`.
 * @param options `makeStore` answers an empty store of its own each time; the suite closes what it was given.
 */
export function storeContract(
  runner: TestRunner,
  options: { readonly name: string; readonly makeStore: Suite['makeStore'] },
): void {
  runner.describe(`${options.name} keeps the store contract`, () => {
    const { makeStore } = options
    let shared: ReturnType<Suite['makeStore']> | undefined
    const suite: Suite = {
      ...runner,
      makeStore,
      store: () => {
        shared ??= makeStore()
        return shared
      },
    }
    runner.afterAll(async () => (await shared)?.close())

    threadRules(suite)
    eventRules(suite)
    runRules(suite)
    leaseRules(suite)
    parkingRules(suite)
    approvalRules(suite)
    inboxRules(suite)
    recordRules(suite)
    attachmentRules(suite)
    revocationRules(suite)
    usageRules(suite)
    auditRules(suite)
    administrationRules(suite)
    ownerRules(suite)
    closingRules(suite)
    propertyRules(suite)
  })
}
