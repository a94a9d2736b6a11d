/**
 * Every limit of the gateway: once as a schema for an operator's config, once as defaults. The law: a declared limit is
 * an enforced limit. @module
 */
import { z } from 'zod'
import type { GatewayLimits } from './gateway.ts'

export const defaultGatewayLimits: GatewayLimits = Object.freeze({
  // A message of as many characters as there may be, whatever its script, and what is around it.
  maxFrameBytes: 524_288,
  maxMessageChars: 100_000,
  maxConnectionsPerUser: 16,
  maxConnections: 10_000,
  commandsPerSecond: 20,
  commandBurst: 40,
  maxOpenThreads: 32,
  maxBufferedBytes: 1_048_576,
  pingIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  maxPendingCommands: 64,
  maxOfferedTools: 64,
  maxOfferedSchemaBytes: 16_384,
  maxPeerCalls: 32,
})

const count = z.int().min(1)

/** What an operator may write; what is left out has its default. */
export const gatewayLimitsSchema: z.ZodType<GatewayLimits> = z.strictObject({
  maxFrameBytes: z.int().min(1_024).default(defaultGatewayLimits.maxFrameBytes),
  maxMessageChars: count.default(defaultGatewayLimits.maxMessageChars),
  maxConnectionsPerUser: count.default(defaultGatewayLimits.maxConnectionsPerUser),
  maxConnections: count.default(defaultGatewayLimits.maxConnections),
  commandsPerSecond: z.number().positive().default(defaultGatewayLimits.commandsPerSecond),
  commandBurst: count.default(defaultGatewayLimits.commandBurst),
  maxOpenThreads: count.default(defaultGatewayLimits.maxOpenThreads),
  maxBufferedBytes: z.int().min(1_024).default(defaultGatewayLimits.maxBufferedBytes),
  pingIntervalMs: count.default(defaultGatewayLimits.pingIntervalMs),
  pongTimeoutMs: count.default(defaultGatewayLimits.pongTimeoutMs),
  maxPendingCommands: count.default(defaultGatewayLimits.maxPendingCommands),
  maxOfferedTools: z.int().min(0).default(defaultGatewayLimits.maxOfferedTools),
  maxOfferedSchemaBytes: z.int().min(256).default(defaultGatewayLimits.maxOfferedSchemaBytes),
  maxPeerCalls: count.default(defaultGatewayLimits.maxPeerCalls),
})

/** @throws RangeError that names each limit, what was expected and what was received. */
export function parseGatewayLimits(limits: Partial<GatewayLimits> = {}): GatewayLimits {
  const parsed = gatewayLimitsSchema.safeParse(limits)
  if (parsed.success) return Object.freeze(parsed.data)
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    const received: unknown = Object.entries(limits).find(([key]) => key === name)?.[1]
    return `\`${name}\` is ${String(received)}: ${message}`
  })
  throw new RangeError(`The gateway's limits are not valid; ${problems.join('; ')}`)
}
