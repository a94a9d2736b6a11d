/**
 * The commands that change something. The law: every one names the owner in every statement, and either takes effect
 * as a whole or throws and leaves nothing.
 *
 * @module
 */

import { attachmentWrites } from './attachments.ts'
import { auditWrites } from './audit.ts'
import type { WriteCommands } from './commands.ts'
import { revocationWrites } from './revocations.ts'
import { usageWrites } from './usage.ts'
import { approvalWrites } from './write-approvals.ts'
import { recordWrites } from './write-records.ts'
import { runWrites } from './write-runs.ts'
import { threadWrites } from './write-threads.ts'

export const writeCommands: WriteCommands = {
  ...threadWrites,
  ...runWrites,
  ...approvalWrites,
  ...recordWrites,
  ...attachmentWrites,
  ...revocationWrites,
  ...usageWrites,
  ...auditWrites,
}
