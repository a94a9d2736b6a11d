/**
 * Every limit of a running server, in one table: its default, the library's where it has one, and the range it may have.
 * A limit that is declared here is enforced somewhere, and a test drives it to its rejection.
 *
 * @module
 */
import { type AttachmentLimits, defaultAttachmentLimits, defaultRunLimits, type RunLimits } from 'toolcrib/agent'
import { defaultGatewayLimits, type GatewayLimits, type Limits } from 'toolcrib/gateway'

export type { Limits } from 'toolcrib/gateway'

export interface LimitRule {
  readonly default: number
  readonly min: number
  readonly max: number
}

const unlimited = Number.POSITIVE_INFINITY
const day = 86_400_000

export const limitRules: { readonly [Name in keyof Limits]: LimitRule } = {
  maxFrameBytes: { default: defaultGatewayLimits.maxFrameBytes, min: 1_024, max: 16_777_216 },
  maxMessageChars: { default: defaultGatewayLimits.maxMessageChars, min: 1, max: 10_000_000 },
  maxConnectionsPerUser: { default: defaultGatewayLimits.maxConnectionsPerUser, min: 1, max: 10_000 },
  maxConnections: { default: defaultGatewayLimits.maxConnections, min: 1, max: 1_000_000 },
  commandsPerSecond: { default: defaultGatewayLimits.commandsPerSecond, min: 1, max: 10_000 },
  commandBurst: { default: defaultGatewayLimits.commandBurst, min: 1, max: 100_000 },
  maxOpenThreads: { default: defaultGatewayLimits.maxOpenThreads, min: 1, max: 1_000 },
  maxBufferedBytes: { default: defaultGatewayLimits.maxBufferedBytes, min: 16_384, max: 268_435_456 },
  pingIntervalMs: { default: defaultGatewayLimits.pingIntervalMs, min: 1_000, max: 600_000 },
  pongTimeoutMs: { default: defaultGatewayLimits.pongTimeoutMs, min: 1_000, max: 600_000 },
  maxPendingCommands: { default: defaultGatewayLimits.maxPendingCommands, min: 1, max: 10_000 },
  maxOfferedTools: { default: defaultGatewayLimits.maxOfferedTools, min: 0, max: 1_000 },
  maxOfferedSchemaBytes: { default: defaultGatewayLimits.maxOfferedSchemaBytes, min: 256, max: 1_048_576 },
  maxPeerCalls: { default: defaultGatewayLimits.maxPeerCalls, min: 1, max: 1_000 },

  maxSteps: { default: defaultRunLimits.maxSteps, min: 1, max: 10_000 },
  maxCalls: { default: defaultRunLimits.maxCalls, min: 0, max: 100_000 },
  maxConcurrentCalls: { default: defaultRunLimits.maxConcurrentCalls, min: 1, max: 1_000 },
  maxRunMs: { default: defaultRunLimits.maxRunMs, min: 1_000, max: 30 * day },
  maxTokens: { default: defaultRunLimits.maxTokens, min: 1, max: unlimited },
  maxCostMicros: { default: defaultRunLimits.maxCostMicros, min: 1, max: unlimited },
  maxOutputBytes: { default: defaultRunLimits.maxOutputBytes, min: 256, max: 16_777_216 },
  stopGraceMs: { default: defaultRunLimits.stopGraceMs, min: 0, max: 60_000 },
  maxStepRetries: { default: defaultRunLimits.maxStepRetries, min: 0, max: 10 },
  maxAttempts: { default: defaultRunLimits.maxAttempts, min: 1, max: 1_000 },
  maxAgentDepth: { default: defaultRunLimits.maxAgentDepth, min: 0, max: 10 },

  maxImageBytes: { default: defaultAttachmentLimits.maxImageBytes, min: 1_024, max: 67_108_864 },
  maxTextFileBytes: { default: defaultAttachmentLimits.maxTextFileBytes, min: 1_024, max: 67_108_864 },
  maxAttachmentsPerMessage: { default: defaultAttachmentLimits.maxAttachmentsPerMessage, min: 0, max: 64 },
  maxAttachmentBytesPerUser: { default: defaultAttachmentLimits.maxAttachmentBytesPerUser, min: 0, max: unlimited },
  maxPromptAttachmentBytes: { default: defaultAttachmentLimits.maxPromptAttachmentBytes, min: 0, max: 268_435_456 },

  maxDatabaseBytes: { default: unlimited, min: 1_048_576, max: unlimited },
  auditKeepMs: { default: 365 * day, min: 60_000, max: 3_650 * day },
  maxAuditEntries: { default: 1_000_000, min: 1, max: unlimited },
  maxStorePendingBytes: { default: 67_108_864, min: 65_536, max: 4_294_967_296 },
  maxRunsPerUser: { default: 4, min: 1, max: 1_000 },
  maxRunsPerTenant: { default: unlimited, min: 1, max: unlimited },
  maxOpenRunsPerUser: { default: 1_000, min: 1, max: 1_000_000 },
  maxToolsPerScope: { default: 1_000, min: 1, max: 100_000 },
  maxBodyBytes: { default: 1_048_576, min: 1_024, max: 67_108_864 },
  maxUploadsPerUser: { default: 4, min: 1, max: 1_000 },
  maxUploadingBytes: { default: 268_435_456, min: 1_024, max: unlimited },
  maxTokenBytes: { default: 8_192, min: 256, max: 16_384 },
  maxTickets: { default: 10_000, min: 1, max: 1_000_000 },
  maxTokenLifeMs: { default: 365 * day, min: 60_000, max: 3_650 * day },
  signInsPerMinute: { default: 120, min: 1, max: 100_000 },
  sessionTtlMs: { default: 30 * day, min: 60_000, max: 365 * day },
  drainMs: { default: 10_000, min: 0, max: 600_000 },
  sseHeartbeatMs: { default: 15_000, min: 1_000, max: 300_000 },
}

export const limitNames: readonly (keyof Limits)[] = Object.keys(limitRules) as (keyof Limits)[]

export const gatewayLimitNames: readonly (keyof GatewayLimits)[] = [
  'maxFrameBytes',
  'maxMessageChars',
  'maxConnectionsPerUser',
  'maxConnections',
  'commandsPerSecond',
  'commandBurst',
  'maxOpenThreads',
  'maxBufferedBytes',
  'pingIntervalMs',
  'pongTimeoutMs',
  'maxPendingCommands',
  'maxOfferedTools',
  'maxOfferedSchemaBytes',
  'maxPeerCalls',
]

export const runLimitNames: readonly (keyof RunLimits)[] = [
  'maxSteps',
  'maxCalls',
  'maxConcurrentCalls',
  'maxRunMs',
  'maxTokens',
  'maxCostMicros',
  'maxOutputBytes',
  'stopGraceMs',
  'maxStepRetries',
  'maxAttempts',
  'maxAgentDepth',
]

export const attachmentLimitNames: readonly (keyof AttachmentLimits)[] = [
  'maxImageBytes',
  'maxTextFileBytes',
  'maxAttachmentsPerMessage',
  'maxAttachmentBytesPerUser',
  'maxPromptAttachmentBytes',
]

/** What a person is told a limit may be. */
export function describeLimit(name: keyof Limits): string {
  const { min, max } = limitRules[name]
  return max === unlimited ? `a whole number from ${min} up, or Infinity` : `a whole number from ${min} to ${max}`
}

export function isAllowedLimit(name: keyof Limits, value: unknown): value is number {
  const { min, max } = limitRules[name]
  if (typeof value !== 'number' || value < min || value > max) return false
  return Number.isInteger(value) || value === unlimited
}

export function defaultLimits(): Limits {
  return Object.fromEntries(limitNames.map((name) => [name, limitRules[name].default])) as unknown as Limits
}

export function gatewayLimits(limits: Limits): GatewayLimits {
  return pick(limits, gatewayLimitNames)
}

export function attachmentLimits(limits: Limits): AttachmentLimits {
  return pick(limits, attachmentLimitNames)
}

export function runLimits(limits: Limits): RunLimits {
  return pick(limits, runLimitNames)
}

function pick<Name extends keyof Limits>(limits: Limits, names: readonly Name[]): { readonly [N in Name]: number } {
  return Object.fromEntries(names.map((name) => [name, limits[name]])) as { readonly [N in Name]: number }
}
