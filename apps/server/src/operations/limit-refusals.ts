/**
 * Where the refusals of each limit are counted. The law: every limit that refuses has a count, and one that answers by the
 * code of another says so.
 *
 * @module
 */
import type { Tally } from 'toolcrib/operations'
import { type Limits, limitNames } from '../config/limits.ts'

/**
 * Which count: `command`, `connection`, `close`, `offer` and `feed` are the gateway's, `registry` the registry's; `request`
 * is what HTTP answered; `run` and `call` are what events say; `forgotten` is the audit's.
 */
export type RefusalCount =
  | `${'command' | 'connection' | 'close' | 'offer' | 'registry' | 'request' | 'run' | 'call'}:${string}`
  | 'feed'
  | 'forgotten'
  | 'dead'

export const limitRefusals: { readonly [Name in keyof Limits]: readonly RefusalCount[] } = {
  maxFrameBytes: ['close:1009'],
  maxMessageChars: ['command:MESSAGE_TOO_LONG'],
  maxConnectionsPerUser: ['connection:TOO_MANY_CONNECTIONS'],
  maxConnections: ['connection:TOO_MANY_CONNECTIONS'],
  commandsPerSecond: ['command:RATE_LIMITED'],
  commandBurst: ['command:RATE_LIMITED', 'close:4429'],
  maxOpenThreads: ['command:TOO_MANY_OPEN_THREADS'],
  maxBufferedBytes: ['feed'],
  pingIntervalMs: ['dead'],
  pongTimeoutMs: ['dead'],
  maxPendingCommands: ['command:TOO_MANY_PENDING'],
  maxOfferedTools: ['command:TOO_MANY_TOOLS'],
  maxOfferedSchemaBytes: ['offer:SCHEMA_TOO_LARGE'],
  maxPeerCalls: ['offer:TOO_MANY_PEER_CALLS'],

  maxSteps: ['run:maxSteps'],
  maxCalls: ['run:maxCalls'],
  maxConcurrentCalls: [],
  maxRunMs: ['run:RUN_TIMED_OUT'],
  maxTokens: ['run:maxTokens'],
  maxCostMicros: ['run:maxCostMicros'],
  maxOutputBytes: ['call:OUTPUT_CUT'],
  stopGraceMs: ['call:CALL_ABANDONED'],
  maxStepRetries: ['run:MODEL_STREAM_CUT', 'run:MODEL_BAD_RESPONSE'],
  maxAttempts: ['run:RUN_INTERRUPTED'],
  maxAgentDepth: ['call:AGENT_TOO_DEEP'],

  maxImageBytes: ['request:ATTACHMENT_TOO_LARGE'],
  maxTextFileBytes: ['request:ATTACHMENT_TOO_LARGE'],
  maxAttachmentsPerMessage: ['command:ATTACHMENTS_LIMIT'],
  maxAttachmentBytesPerUser: ['request:ATTACHMENTS_FULL'],
  maxPromptAttachmentBytes: [],

  maxDatabaseBytes: ['command:STORE_FULL', 'run:STORE_FULL'],
  auditKeepMs: [],
  maxAuditEntries: ['forgotten'],
  maxStorePendingBytes: ['command:STORE_UNAVAILABLE', 'run:STORE_UNAVAILABLE'],
  maxRunsPerUser: ['command:RUNS_LIMIT'],
  maxRunsPerTenant: ['command:TENANT_RUNS_LIMIT'],
  maxOpenRunsPerUser: ['command:OPEN_RUNS_LIMIT'],
  maxToolsPerScope: ['registry:SCOPE_FULL'],
  maxBodyBytes: ['request:BODY_TOO_LARGE'],
  maxUploadsPerUser: ['request:UPLOADS_LIMIT'],
  maxUploadingBytes: ['request:UPLOADS_LIMIT'],
  maxTokenBytes: ['request:TOKEN_MALFORMED'],
  maxTickets: ['request:TICKETS_FULL'],
  maxTokenLifeMs: ['request:TOKEN_LIFE'],
  signInsPerMinute: ['request:SIGN_INS_LIMIT'],
  sessionTtlMs: ['request:TOKEN_EXPIRED'],
  drainMs: [],
  sseHeartbeatMs: [],
}

/** Null: reaching it refuses nothing. */
export function refusedBy(name: keyof Limits, counts: Tally): number | null {
  const counted = limitRefusals[name]
  return counted.length === 0 ? null : counted.reduce((sum, key) => sum + (counts[key] ?? 0), 0)
}

export function sharesCountWith(name: keyof Limits): readonly (keyof Limits)[] {
  const counted = limitRefusals[name]
  return limitNames.filter((other) => other !== name && limitRefusals[other].some((key) => counted.includes(key)))
}
