/** The event of a message that is accepted. @module */
import type { NewRun } from '../../../agent/ports.ts'
import type { MessageAdded } from '../../../protocol/events.ts'

export function messageOf({ messageId, runId, parts, follows }: NewRun): MessageAdded {
  const branch = follows === undefined ? {} : { follows }
  return { type: 'message_added', messageId, runId, role: 'user', parts, ...branch }
}
