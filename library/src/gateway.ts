/** Connections, commands and feeds, and the ports they need: `toolcrib/gateway`. @module */
export {
  type AgentSettings,
  type AuthSettings,
  type ClaimNames,
  defineConfig,
  type HostLimits,
  type JwtSettings,
  type Limits,
  type ToolcribConfig,
} from './gateway/config.ts'
export { createGateway, type GatewayOptions } from './gateway/create-gateway.ts'
export {
  GatewayError,
  type GatewayErrorCode,
  type GatewayErrorDetails,
  gatewayErrorCodes,
  PortRefusal,
  replyFailure,
} from './gateway/errors.ts'
export type { ConnectionInfo, Gateway, GatewayLimits } from './gateway/gateway.ts'
export { defaultGatewayLimits, gatewayLimitsSchema, parseGatewayLimits } from './gateway/limits.ts'
export type { GatewayMetrics } from './gateway/metrics.ts'
export { costlySchema, oversizedSchema, type SchemaObjection } from './gateway/offered-schema.ts'
export type {
  Authentication,
  Authenticator,
  Bus,
  BusAddress,
  BusHint,
  EncodedFrame,
  Identity,
  Revocations,
  SocketHandlers,
  SocketLike,
} from './gateway/ports.ts'
