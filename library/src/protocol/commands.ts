/**
 * The shape of every command, as data. The law: what does not fit is refused with its path; nothing is repaired, and no
 * unknown key is ignored. @module
 */
import { z } from 'zod'
import type { CommandBody, CommandType } from './frames.ts'
import { offeredToolSchema } from './offered-tool.ts'
import type { JsonValue } from './vocabulary.ts'

/** Bounds of the fields. The wire's own, the same on every server; what an operator sets is in the gateway's limits. */
export const COMMAND_BOUNDS = {
  maxIdChars: 128,
  maxTitleChars: 200,
  maxQueryChars: 200,
  maxReasonChars: 2_000,
  maxTokenChars: 16_384,
  maxModelChars: 4_096,
  maxParts: 64,
  maxThreadsPerPage: 200,
  maxApprovalsPerPage: 200,
  maxEventsPerPage: 500,
  maxInputDepth: 64,
  maxDescriptionChars: 4_000,
  maxToolTimeoutMs: 600_000,
} as const

const id = z.string().min(1).max(COMMAND_BOUNDS.maxIdChars)
const title = z.string().min(1).max(COMMAND_BOUNDS.maxTitleChars)
const seq = z.int().min(0)
const eventCount = z.int().min(1).max(COMMAND_BOUNDS.maxEventsPerPage)
const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('attachment'), attachmentId: id }),
])
const input = z.custom<JsonValue>((value) => value !== undefined && isShallow(value, COMMAND_BOUNDS.maxInputDepth), {
  message: `Expected a JSON value, at most ${COMMAND_BOUNDS.maxInputDepth} levels deep`,
})

const offeredTool = offeredToolSchema(COMMAND_BOUNDS, isShallow)

/** One schema per command, by its type. */
const shapes = {
  'thread.create': z.strictObject({ type: z.literal('thread.create'), title: title.exactOptional() }),
  'thread.list': z.strictObject({
    type: z.literal('thread.list'),
    query: z.string().max(COMMAND_BOUNDS.maxQueryChars).exactOptional(),
    limit: z.int().min(1).max(COMMAND_BOUNDS.maxThreadsPerPage).exactOptional(),
    before: z.int().min(0).exactOptional(),
  }),
  'thread.rename': z.strictObject({ type: z.literal('thread.rename'), threadId: id, title }),
  'thread.delete': z.strictObject({ type: z.literal('thread.delete'), threadId: id }),
  'thread.open': z
    .strictObject({
      type: z.literal('thread.open'),
      threadId: id,
      after: seq.exactOptional(),
      last: eventCount.exactOptional(),
    })
    .refine(({ after, last }) => (after === undefined) !== (last === undefined), 'Expected one of `after` and `last`'),
  'thread.read': z.strictObject({
    type: z.literal('thread.read'),
    threadId: id,
    before: z.int().min(1),
    limit: eventCount.exactOptional(),
  }),
  'thread.leave': z.strictObject({ type: z.literal('thread.leave'), threadId: id }),
  'message.send': z.strictObject({
    type: z.literal('message.send'),
    threadId: id,
    parts: z.array(part).min(1).max(COMMAND_BOUNDS.maxParts),
    idempotencyKey: id,
    agent: id.exactOptional(),
    model: z.string().min(1).max(COMMAND_BOUNDS.maxModelChars).exactOptional(),
    follows: id.nullable().exactOptional(),
  }),
  'run.stop': z.strictObject({ type: z.literal('run.stop'), runId: id }),
  'approval.answer': z.strictObject({
    type: z.literal('approval.answer'),
    approvalId: id,
    decision: z.enum(['approved', 'denied']),
    reason: z.string().max(COMMAND_BOUNDS.maxReasonChars).exactOptional(),
    input: input.exactOptional(),
  }),
  'approval.check': z.strictObject({ type: z.literal('approval.check'), approvalId: id, input }),
  'approval.get': z.strictObject({ type: z.literal('approval.get'), approvalId: id }),
  'approval.list': z.strictObject({
    type: z.literal('approval.list'),
    limit: z.int().min(1).max(COMMAND_BOUNDS.maxApprovalsPerPage).exactOptional(),
    after: id.exactOptional(),
  }),
  'tools.offer': z.strictObject({ type: z.literal('tools.offer'), tools: z.array(offeredTool) }),
  'tool.result': z
    .strictObject({
      type: z.literal('tool.result'),
      callId: id,
      output: input.exactOptional(),
      error: z.strictObject({ message: z.string().max(COMMAND_BOUNDS.maxReasonChars) }).exactOptional(),
    })
    .refine(({ output, error }) => (output === undefined) !== (error === undefined), 'Expected `output` or `error`'),
  'tools.list': z.strictObject({ type: z.literal('tools.list'), agent: id.exactOptional() }),
  'usage.get': z.strictObject({ type: z.literal('usage.get') }),
  'auth.refresh': z.strictObject({
    type: z.literal('auth.refresh'),
    token: z.string().min(1).max(COMMAND_BOUNDS.maxTokenChars),
  }),
  ping: z.strictObject({ type: z.literal('ping') }),
} satisfies { readonly [T in CommandType]: z.ZodType<Extract<CommandBody, { readonly type: T }>> }

/** Every command there is, in the order of docs/protocol.md. */
export const commandTypes: readonly CommandType[] = Object.keys(shapes) as CommandType[]

export function isCommandType(type: string): type is CommandType {
  return Object.hasOwn(shapes, type)
}

/** The schema of a command's `id`. */
export const commandIdSchema: z.ZodType<string> = id

/** The schema of a command without its `id`. */
export function commandBodySchema<T extends CommandType>(
  type: T,
): z.ZodType<Extract<CommandBody, { readonly type: T }>> {
  // The table gives each type its own schema; that is what `satisfies` checked above.
  return shapes[type] as unknown as z.ZodType<Extract<CommandBody, { readonly type: T }>>
}

/** Walks without recursion: a frame may nest deeper than a call stack is long. */
function isShallow(value: unknown, maxDepth: number): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return false
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []))
  }
  return true
}
