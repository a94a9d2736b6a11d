import { defaultRunLimits } from 'toolcrib/agent'
import { defaultGatewayLimits, type Limits } from 'toolcrib/gateway'
import { COMMAND_BOUNDS, type CommandBody, type JsonValue, type OfferedTool } from 'toolcrib/protocol'
import { startTestServer } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { limitNames } from '../apps/server/src/config/limits.ts'
import { attachmentDrivers } from './limits/attachment-drivers.ts'
import { type Drivers, gatewayDrivers } from './limits/gateway-drivers.ts'
import { hostDrivers } from './limits/host-drivers.ts'
import { saidBy } from './limits/limited-server.ts'
import { runDrivers } from './limits/run-drivers.ts'
import { toolDrivers } from './limits/tool-drivers.ts'

const drivers: Drivers<keyof Limits> = { ...gatewayDrivers, ...runDrivers, ...attachmentDrivers, ...hostDrivers }

/** Every limit that can be configured, and how a server with that limit set low ends what goes beyond it. */
const rejections: { readonly [Name in keyof Limits]: string } = {
  maxFrameBytes: 'ok, then close 1009',
  maxMessageChars: 'ok, then MESSAGE_TOO_LONG',
  maxConnectionsPerUser: 'ok, ok, 429 TOO_MANY_CONNECTIONS',
  maxConnections: 'ok, ok, 429 TOO_MANY_CONNECTIONS',
  commandsPerSecond: 'ok, ok, RATE_LIMITED',
  commandBurst: 'ok, ok, RATE_LIMITED, RATE_LIMITED, then close 4429',
  maxOpenThreads: 'TOO_MANY_OPEN_THREADS',
  maxBufferedBytes: 'fed from the log, then NOT_READING',
  pingIntervalMs: 'close 1006',
  pongTimeoutMs: 'close 1006',
  maxPendingCommands: 'ok, TOO_MANY_PENDING',
  maxOfferedTools: 'ok, then TOO_MANY_TOOLS',
  maxOfferedSchemaBytes: 'admitted, then SCHEMA_TOO_LARGE',
  maxPeerCalls: '2 asked for, then failed TOOL_FAILED',

  maxSteps: '2 steps, then limit_reached maxSteps',
  maxCalls: 'ok, ok, CALLS_LIMIT, then limit_reached maxCalls',
  maxConcurrentCalls: '2 at once, then completed',
  maxRunMs: 'timed_out RUN_TIMED_OUT',
  maxTokens: '2 steps, then limit_reached maxTokens',
  maxCostMicros: '2 steps, then limit_reached maxCostMicros',
  maxOutputBytes: 'ok, then ok, cut from 257',
  stopGraceMs: 'abandoned CALL_ABANDONED, then stopped',
  maxStepRetries: 'made again 1 time, then failed MODEL_STREAM_CUT',
  maxAttempts: 'begun 2 times, then failed RUN_INTERRUPTED',
  maxAgentDepth: 'one deep, then refused AGENT_TOO_DEEP',

  maxImageBytes: 'ok, then 413 ATTACHMENT_TOO_LARGE',
  maxTextFileBytes: 'ok, then 413 ATTACHMENT_TOO_LARGE',
  maxAttachmentsPerMessage: 'ok, then 413 ATTACHMENTS_LIMIT',
  maxAttachmentBytesPerUser: 'ok, ok, 409 ATTACHMENTS_FULL',
  maxPromptAttachmentBytes: 'withheld, then text',

  maxDatabaseBytes: 'ok, then STORE_FULL',
  auditKeepMs: 'ann bob, then bob',
  maxAuditEntries: 'ann bob cid, then bob cid',
  maxStorePendingBytes: 'ok, then STORE_UNAVAILABLE',
  maxRunsPerUser: 'ok, ok, RUNS_LIMIT',
  maxRunsPerTenant: 'ok, then TENANT_RUNS_LIMIT',
  maxOpenRunsPerUser: 'ok, ok, OPEN_RUNS_LIMIT',
  maxToolsPerScope: 'one, then CATALOGUE_REFUSED SCOPE_FULL',
  maxBodyBytes: 'ok, then 413 BODY_TOO_LARGE',
  maxUploadsPerUser: '429 UPLOADS_LIMIT, ok, then ok',
  maxUploadingBytes: '429 UPLOADS_LIMIT, 429 UPLOADS_LIMIT, then ok',
  maxTokenBytes: 'ok, then 401 TOKEN_MALFORMED',
  maxTokenLifeMs: 'ok, then 401 TOKEN_LIFE',
  maxTickets: 'ok, then 429 TICKETS_FULL',
  signInsPerMinute: 'ok, ok, 429 SIGN_INS_LIMIT, ok',
  sessionTtlMs: 'ok, then 401 TOKEN_EXPIRED and close 4401',
  drainMs: '1 at work, then handed over',
  sseHeartbeatMs: 'silence, then ": still here"',
}

const answer = { type: 'approval.answer', approvalId: 'apr_absent', decision: 'denied' } as const

type Pair = readonly [at: CommandBody, beyond: CommandBody]

/** Of each bound of the wire: a command at it, and one beyond. */
const bounded: { readonly [Bound in keyof typeof COMMAND_BOUNDS]: Pair } = {
  maxIdChars: pair((more) => ({ type: 'thread.leave', threadId: text(128 + more) })),
  maxTitleChars: pair((more) => ({ type: 'thread.create', title: text(200 + more) })),
  maxQueryChars: pair((more) => ({ type: 'thread.list', query: text(200 + more) })),
  maxReasonChars: pair((more) => ({ ...answer, reason: text(2_000 + more) })),
  maxTokenChars: pair((more) => ({ type: 'auth.refresh', token: text(16_384 + more) })),
  maxModelChars: pair((more) => ({
    type: 'message.send',
    threadId: 'thr_absent',
    parts: [{ type: 'text', text: 'x' }],
    idempotencyKey: 'key',
    model: text(4_096 + more),
  })),
  maxParts: pair((more) => ({
    type: 'message.send',
    threadId: 'thr_absent',
    parts: Array.from({ length: 64 + more }, () => ({ type: 'text', text: 'x' })),
    idempotencyKey: 'key',
  })),
  maxThreadsPerPage: pair((more) => ({ type: 'thread.list', limit: 200 + more })),
  maxApprovalsPerPage: pair((more) => ({ type: 'approval.list', limit: 200 + more })),
  maxEventsPerPage: pair((more) => ({ type: 'thread.read', threadId: 'thr_absent', before: 1, limit: 500 + more })),
  maxInputDepth: pair((more) => ({ ...answer, input: nested(64 + more) })),
  maxDescriptionChars: pair((more) => offering({ description: text(4_000 + more) })),
  maxToolTimeoutMs: pair((more) => offering({ timeoutMs: 600_000 + more })),
}

describe('L10: A declared limit is an enforced limit', () => {
  it('L10: All limits live in one config schema, and each of them has a driver here, and no other', () => {
    const declared = [...limitNames].toSorted()

    expect(Object.keys(rejections).toSorted()).toEqual(declared)
    expect(Object.keys(drivers).toSorted()).toEqual(declared)
    expect(Object.keys(gatewayDrivers).toSorted()).toEqual(Object.keys(defaultGatewayLimits).toSorted())
    expect(Object.keys(runDrivers).toSorted()).toEqual(Object.keys(defaultRunLimits).toSorted())
  })

  it.each(Object.keys(rejections) as (keyof Limits)[])(
    'L10: A declared limit is an enforced limit: %s is driven to its rejection [CALL-07]',
    { timeout: 10_000 },
    async (name) => {
      expect(await drivers[name]()).toBe(rejections[name])
    },
  )

  it('L10: A declared limit is an enforced limit: those of a tool and of the policy are driven to their end too', async () => {
    expect({
      timeoutMs: await toolDrivers.timeoutMs(),
      maxConcurrent: await toolDrivers.maxConcurrent(),
      approvalTimeoutMs: await toolDrivers.approvalTimeoutMs(),
    }).toEqual({
      timeoutMs: 'timed_out TOOL_TIMED_OUT',
      maxConcurrent: '2 at once',
      approvalTimeoutMs: 'refused APPROVAL_EXPIRED',
    })
  })

  it('L10: A declared limit is an enforced limit: each bound of the wire lets its size pass, and refuses one more', async () => {
    await using server = await startTestServer()
    const socket = await server.socket(server.issue('ann'))

    const said = await Promise.all(
      Object.entries(bounded).map(async ([bound, commands]) => {
        const replies = await Promise.all(commands.map((command) => socket.command(command)))
        return [bound, replies.map(saidBy)] as const
      }),
    )

    expect(Object.keys(bounded).toSorted()).toEqual(Object.keys(COMMAND_BOUNDS).toSorted())
    expect(Object.fromEntries(said)).toEqual({
      maxIdChars: ['ok', 'COMMAND_INVALID'],
      maxTitleChars: ['ok', 'COMMAND_INVALID'],
      maxQueryChars: ['ok', 'COMMAND_INVALID'],
      maxReasonChars: ['NOT_FOUND', 'COMMAND_INVALID'],
      maxTokenChars: ['TOKEN_UNKNOWN', 'COMMAND_INVALID'],
      maxModelChars: ['MODEL_UNKNOWN', 'COMMAND_INVALID'],
      maxParts: ['NOT_FOUND', 'COMMAND_INVALID'],
      maxThreadsPerPage: ['ok', 'COMMAND_INVALID'],
      maxApprovalsPerPage: ['ok', 'COMMAND_INVALID'],
      maxEventsPerPage: ['NOT_FOUND', 'COMMAND_INVALID'],
      maxInputDepth: ['NOT_FOUND', 'COMMAND_INVALID'],
      maxDescriptionChars: ['ok', 'COMMAND_INVALID'],
      maxToolTimeoutMs: ['ok', 'COMMAND_INVALID'],
    })
  })
})

function pair(commandWith: (more: 0 | 1) => CommandBody): Pair {
  return [commandWith(0), commandWith(1)]
}

function offering(change: Partial<OfferedTool>): CommandBody {
  const tool = { name: 'read_theme', description: 'Light or dark.', inputSchema: { type: 'object' }, ...change }
  return { type: 'tools.offer', tools: [tool] }
}

function text(chars: number): string {
  return 'x'.repeat(chars)
}

/** A value inside so many others. */
function nested(depth: number): JsonValue {
  return depth === 0 ? 'core' : [nested(depth - 1)]
}
