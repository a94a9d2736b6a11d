/**
 * Every command, with ids of somebody else. The law (L9): it answers as it does for ids that never were.
 *
 * @module
 */
import type { CommandBody, CommandType, ErrorReply, OkReply } from 'toolcrib/protocol'

export interface Ids {
  readonly threadId: string
  readonly runId: string
  readonly approvalId: string
}

export const absent: Ids = { threadId: 'thr_absent', runId: 'run_absent', approvalId: 'apr_absent' }

/** What each command asks for; undefined for those that name nothing of anybody. */
export const askFor: { readonly [T in CommandType]: ((ids: Ids) => CommandBody) | undefined } = {
  'thread.create': undefined,
  'thread.list': undefined,
  'thread.rename': ({ threadId }) => ({ type: 'thread.rename', threadId, title: 'mine' }),
  'thread.delete': ({ threadId }) => ({ type: 'thread.delete', threadId }),
  'thread.open': ({ threadId }) => ({ type: 'thread.open', threadId, after: 0 }),
  'thread.read': ({ threadId }) => ({ type: 'thread.read', threadId, before: 10 }),
  'thread.leave': ({ threadId }) => ({ type: 'thread.leave', threadId }),
  'message.send': ({ threadId }) => ({
    type: 'message.send',
    threadId,
    parts: [{ type: 'text', text: 'let me in' }],
    idempotencyKey: 'the key of Ann',
  }),
  'run.stop': ({ runId }) => ({ type: 'run.stop', runId }),
  'approval.answer': ({ approvalId }) => ({ type: 'approval.answer', approvalId, decision: 'approved' }),
  'approval.check': ({ approvalId }) => ({ type: 'approval.check', approvalId, input: {} }),
  'approval.get': ({ approvalId }) => ({ type: 'approval.get', approvalId }),
  'approval.list': ({ approvalId }) => ({ type: 'approval.list', after: approvalId }),
  'tools.offer': undefined,
  'tool.result': undefined,
  'tools.list': undefined,
  'usage.get': undefined,
  'auth.refresh': undefined,
  ping: undefined,
}

/** The answer without what must differ: the number of the command and the ids that were asked for. */
export function shapeOf(reply: OkReply | ErrorReply, ids: Ids): unknown {
  const { id: _, ...rest } = reply
  const text = Object.entries(ids).reduce(
    (shape, [name, id]) => shape.replaceAll(id, `<${name}>`),
    JSON.stringify(rest),
  )
  return JSON.parse(text)
}
