/**
 * What a user writes in `toolcrib.config.ts`. Types and an identity function only: the server that loads the file checks
 * every value, and tells all problems at once.
 *
 * @module
 */
import type { Agent, RunLimits } from '../agent/agent.ts'
import type { AttachmentLimits } from '../agent/attachments.ts'
import type { Price } from '../agent/model-price.ts'
import type { Model } from '../agent/ports.ts'
import type { BudgetOptions } from '../policy/budgets.ts'
import type { PolicyOptions } from '../policy/policy.ts'
import type { Tool } from '../tool/tool.ts'
import type { GatewayLimits } from './gateway.ts'

/** Limits of the process around the gateway and the agents. */
export interface HostLimits {
  /** How large the embedded database may grow; past it writes are refused `STORE_FULL`. Default Infinity. */
  readonly maxDatabaseBytes: number
  /** How long entries of the audit are kept. Default 31,536,000,000 (365 days). */
  readonly auditKeepMs: number
  /** How many of them; the oldest go first. Default 1,000,000. */
  readonly maxAuditEntries: number
  /** Bytes of calls that may wait for the disk; past it they are refused `STORE_UNAVAILABLE`. Default 67,108,864. */
  readonly maxStorePendingBytes: number
  /** Runs of one user at work at once, on all nodes together. Default 4. */
  readonly maxRunsPerUser: number
  /** Runs of one tenant at work at once, on all nodes together. Default Infinity. */
  readonly maxRunsPerTenant: number
  /** Runs of one user that have not ended, at work or waiting for a person. Default 1,000. */
  readonly maxOpenRunsPerUser: number
  /** Tools that one scope may hold itself: the catalogue, a user, a connection. Default 1,000. */
  readonly maxToolsPerScope: number
  /** Bytes of one HTTP request's body. Default 1,048,576. */
  readonly maxBodyBytes: number
  /** Attachments of one user that may be on their way in at once. Default 4. */
  readonly maxUploadsPerUser: number
  /** Bytes of attachments on their way in at once, over all users. Default 268,435,456. */
  readonly maxUploadingBytes: number
  /** Bytes of one bearer token; a longer one is refused unread. Default 8,192. */
  readonly maxTokenBytes: number
  /** How long a token may live from its issue on; one that lives longer is refused. Default 31,536,000,000 (365 days). */
  readonly maxTokenLifeMs: number
  /** Tickets issued and not yet used, over all users. Default 10,000. */
  readonly maxTickets: number
  /** Development sign-ins per minute, over all users. Default 120. */
  readonly signInsPerMinute: number
  /** How long a signed-in development session lasts. Default 2,592,000,000 (30 days). */
  readonly sessionTtlMs: number
  /** How long runs may go on to the end of their step after the server was asked to stop; then they are cut. Default 10,000. */
  readonly drainMs: number
  /** How often an idle Server-Sent Events stream gets a comment, so that proxies keep it open. Default 15,000. */
  readonly sseHeartbeatMs: number
}

/** Every limit there is, in one table. `docs/configuration.md` has ranges. */
export type Limits = GatewayLimits & RunLimits & AttachmentLimits & HostLimits

/** An agent whose model may be left to the server, or named as in `TOOLCRIB_MODEL`. */
export type AgentSettings = Omit<Agent, 'model' | 'models'> & {
  readonly model?: Model | string
  /** What people may choose in its place. Default: the `models` of the configuration. */
  readonly models?: readonly (Model | string)[]
}

/** How the claims of a token become a principal. A dot reaches into an object: `realm_access.roles`. */
export interface ClaimNames {
  /** Default `tenant`. Without the claim, `defaultTenant` is used if it is set; else the token is refused. */
  readonly tenant?: string
  readonly defaultTenant?: string
  /** Default `sub`. */
  readonly user?: string
  /** A name for people. Default `name`. */
  readonly name?: string
  /** A list of texts. Default `roles`. */
  readonly roles?: string
  /** A list of texts, or one text with spaces. Default `scope`. */
  readonly scopes?: string
}

/** Who signs the tokens. Give one of `secret`, `jwksUrl` and `jwks`. */
export interface JwtSettings {
  /** Shared secret for HS256, HS384 and HS512: at least 32 bytes. Better given as TOOLCRIB_JWT_SECRET. */
  readonly secret?: string
  /** Where the issuer publishes its public keys; https, or http on this machine. */
  readonly jwksUrl?: string
  /** The issuer's public keys themselves, as a JSON Web Key Set. */
  readonly jwks?: { readonly keys: readonly object[] }
  readonly issuer?: string
  readonly audience?: string
  /** Default: the algorithms that fit the kind of key. Never `none`; never HS* with public keys. */
  readonly algorithms?: readonly string[]
  /** How far clocks may differ. Default 5,000; at most 300,000. */
  readonly clockToleranceMs?: number
  readonly claims?: ClaimNames
}

export interface AuthSettings {
  /** With it, tokens of this issuer are the only credentials and the development sign-in is off. */
  readonly jwt?: JwtSettings
  /** Default: on when the server is bound to this machine only and no issuer is configured. */
  readonly developmentSignIn?: boolean
  /** Origins, besides the server's own, whose pages may use the session cookie. */
  readonly allowedOrigins?: readonly string[]
  /** The role that may read health details and metrics. Default `operator`. */
  readonly operatorRole?: string
  /** Whether operators see their own tenant, or every one: runs, scopes and audit of it. Default: own. */
  readonly operatorTenants?: 'own' | 'all'
  /** A bearer token that may read /metrics, for a scraper. Better given as TOOLCRIB_METRICS_TOKEN. */
  readonly metricsToken?: string
}

/** Everything is optional; environment variables win over the file. */
export interface ToolcribConfig {
  /** 0: any free one. Default 4600. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** The address people use, when a proxy stands in front. */
  readonly publicUrl?: string
  /** Default `./.toolcrib`. */
  readonly dataFolder?: string
  /** Markdown and text files that the document tools may read. Default: none. */
  readonly documentsFolder?: string
  /** `builtin`, `PROVIDER:MODEL`, or `openai-compatible:MODEL@BASE_URL`. Default `builtin`. */
  readonly model?: string
  /** What people may choose from beside an agent's own model, where the agent does not say so itself. Default: nothing. */
  readonly models?: readonly (Model | string)[]
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly tools?: readonly Tool[]
  /** Whether the starter tools are part of the catalogue. Default true. */
  readonly starterTools?: boolean
  /** Default: one agent, `assistant`, with every tool. */
  readonly agents?: readonly AgentSettings[]
  /** Default: the first agent. */
  readonly defaultAgent?: string
  /** Default: role `user` may use every tool, and destructive ones ask. */
  readonly policy?: PolicyOptions
  readonly limits?: Partial<Limits>
  /** What users and tenants may use in windows of time. Default: no budgets. */
  readonly budgets?: readonly BudgetOptions[]
  /** What the tokens of models cost, by their names as in `TOOLCRIB_MODEL`. A model that is handed over has its own. */
  readonly prices?: { readonly [model: string]: Price }
  /**
   * How many tokens one request of a model may have, by the same names: conversations that outgrow it are summed up in time.
   * Default: not known, and it is done when the model refuses a request for its length.
   */
  readonly contextTokens?: { readonly [model: string]: number }
  /**
   * The media types of images that a model can look at, by the same names. Default: what OpenAI, Anthropic and Google
   * document of theirs; of all others none, because nobody can know.
   */
  readonly imageTypes?: { readonly [model: string]: readonly string[] }
  /** Of the prices and of budgets of money, as people read it. Default `USD`. */
  readonly currency?: string
  readonly auth?: AuthSettings
  /** Names, besides the built-in reserved ones, that no tool may have. */
  readonly reservedNames?: readonly string[]
}

/** Gives the config file its types, and nothing else. */
export function defineConfig(config: ToolcribConfig): ToolcribConfig {
  return config
}
