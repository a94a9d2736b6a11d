/**
 * The configuration of a server: the file and the environment laid over each other, checked by one schema, with every
 * problem told at once. The law: no environment variable is read here; the command line hands them in.
 *
 * @module
 */
import { dirname, resolve } from 'node:path'
import type { Model, Price } from 'toolcrib/agent'
import type { AgentSettings, ClaimNames } from 'toolcrib/gateway'
import type { BudgetOptions, PolicyOptions } from 'toolcrib/policy'
import { crossCheck } from './config/cross-check.ts'
import { type Environment, readEnvironment, type Setting } from './config/environment.ts'
import { findConfigFile, loadConfigFile } from './config/file.ts'
import { defaultLimits, type Limits } from './config/limits.ts'
import { describeIssues, show } from './config/problems.ts'
import { configSchema, isLoopbackHost, type ParsedJwt } from './config/schema.ts'
import { createSecret, type Secret } from './config/secret.ts'
import { type ConfigProblem, ServerError } from './errors.ts'

export interface JwtConfig {
  readonly keys:
    | { readonly type: 'secret'; readonly secret: Secret }
    | { readonly type: 'url'; readonly url: string }
    | { readonly type: 'set'; readonly jwks: { readonly keys: readonly object[] } }
  readonly issuer?: string
  readonly audience?: string
  readonly algorithms?: readonly string[]
  readonly clockToleranceMs: number
  readonly claims: ClaimNames
}

export interface AuthConfig {
  /** Null: the development sign-in is the only way in. */
  readonly jwt: JwtConfig | null
  readonly developmentSignIn: boolean
  readonly allowedOrigins: readonly string[]
  readonly operatorRole: string
  /** Whether operators see their own tenant, or every one. */
  readonly operatorTenants: 'own' | 'all'
  readonly metricsToken: Secret | null
}

/** Everything that a server needs to know, checked. */
export interface ServerConfig {
  readonly port: number
  readonly host: string
  readonly publicUrl: string | null
  readonly dataFolder: string
  readonly documentsFolder: string | null
  readonly model: string
  /** What may be chosen beside the own model of an agent that names no `models`. */
  readonly models: readonly (string | Model)[]
  /** The variables that hold the keys of model providers. */
  readonly modelKeys: Secret<Environment>
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** As the file gave them: the registry judges. */
  readonly tools: readonly unknown[]
  readonly starterTools: boolean
  readonly agents: readonly AgentSettings[]
  readonly defaultAgent: string
  readonly policy: PolicyOptions
  readonly limits: Limits
  readonly budgets: readonly BudgetOptions[]
  readonly prices: { readonly [model: string]: Price }
  readonly contextTokens: { readonly [model: string]: number }
  readonly imageTypes: { readonly [model: string]: readonly string[] }
  readonly currency: string
  readonly auth: AuthConfig
  readonly reservedNames: readonly string[]
  /** Where the file was found, if there was one. */
  readonly file: string | null
}

export interface LoadOptions {
  readonly env: Environment
  /** The working directory. */
  readonly folder: string
}

const modelKeyNames = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'OPENAI_COMPATIBLE_API_KEY',
]

/** The configuration of a folder. @throws {@link ServerError} `CONFIG_INVALID`, `CONFIG_UNREADABLE`. */
export async function loadConfig({ env, folder }: LoadOptions): Promise<ServerConfig> {
  const file = findConfigFile(folder, env.TOOLCRIB_CONFIG)
  const written = file === undefined ? {} : await loadConfigFile(file)
  return parseConfig(written, { env, folder, ...(file === undefined ? {} : { file }) })
}

/** Checks what a file gave, with the environment laid over it. @throws {@link ServerError} `CONFIG_INVALID`. */
export function parseConfig(
  written: unknown,
  { env, folder, file }: LoadOptions & { readonly file?: string },
): ServerConfig {
  const { settings, problems: unknownVariables } = readEnvironment(env, folder)
  if (!isObject(written)) {
    throw invalid([
      ...unknownVariables,
      { name: file ?? 'the configuration', expected: 'an object, as defineConfig takes it', received: show(written) },
    ])
  }

  const value = layOver(written, settings)
  const parsed = configSchema.safeParse(value)
  const problems = [
    ...unknownVariables,
    ...describeIssues(parsed.error?.issues ?? [], { schema: configSchema, value, nameOf: namer(settings) }),
  ]
  if (!parsed.success) throw invalid(problems)

  const { jwt, developmentSignIn, metricsToken, ...auth } = parsed.data.auth
  problems.push(...crossCheck(parsed.data))
  if (problems.length > 0) throw invalid(problems)

  const { publicUrl, documentsFolder, limits, ...rest } = parsed.data
  const fileFolder = file === undefined ? folder : dirname(file)
  const agents = (parsed.data.agents ?? [defaultAssistant]) as readonly AgentSettings[]
  return {
    ...rest,
    publicUrl: publicUrl === undefined ? null : new URL(publicUrl).origin,
    dataFolder: resolve(written.dataFolder === undefined ? folder : fileFolder, parsed.data.dataFolder),
    documentsFolder: documentsFolder === undefined ? null : resolve(fileFolder, documentsFolder),
    modelKeys: createSecret(Object.fromEntries(modelKeyNames.map((name) => [name, env[name]]))),
    models: parsed.data.models as readonly (string | Model)[],
    agents,
    defaultAgent: parsed.data.defaultAgent ?? agents[0]?.name ?? defaultAssistant.name,
    policy: (parsed.data.policy ?? defaultPolicy) as PolicyOptions,
    limits: { ...defaultLimits(), ...withoutUndefined(limits) },
    budgets: parsed.data.budgets.map(withoutUndefined) as readonly BudgetOptions[],
    auth: {
      ...auth,
      jwt: jwt === undefined ? null : jwtConfig(jwt),
      developmentSignIn: developmentSignIn ?? (jwt === undefined && isLoopbackHost(parsed.data.host)),
      metricsToken: metricsToken ?? null,
    },
    file: file ?? null,
  }
}

const defaultPolicy: PolicyOptions = Object.freeze({ allow: [{ roles: ['user'], tools: ['*'] }] })

const defaultAssistant = Object.freeze({
  name: 'assistant',
  description: 'Answers questions and works with the tools of this server.',
  instructions: [
    'You are a helpful assistant. Use the tools you are given whenever they can answer better than you can from memory:',
    'for arithmetic, dates, units, documents and notes always do. Say what you did and what came out, briefly.',
    'When a tool fails, say so and why; never invent its result. When something needed is missing, ask for exactly that.',
  ].join(' '),
  tools: Object.freeze(['*']),
})

function jwtConfig({ secret, jwksUrl, jwks, claims, ...rest }: ParsedJwt): JwtConfig {
  const keys: JwtConfig['keys'] =
    secret !== undefined
      ? { type: 'secret', secret }
      : jwksUrl !== undefined
        ? { type: 'url', url: jwksUrl }
        : { type: 'set', jwks: jwks ?? { keys: [] } }
  return { keys, claims: withoutUndefined(claims), ...withoutUndefined(rest) }
}

function layOver(written: Readonly<Record<string, unknown>>, settings: readonly Setting[]): Record<string, unknown> {
  const value: Record<string, unknown> = { ...written }
  for (const { path, value: set } of settings) {
    let at = value
    for (const key of path.slice(0, -1)) {
      const inner = at[key]
      const copy = isObject(inner) ? { ...inner } : {}
      at[key] = copy
      at = copy
    }
    at[path[path.length - 1] ?? ''] = set
  }
  return value
}

/** Where the value at a path was set: the variable, if one set it or what it lies in. */
function namer(settings: readonly Setting[]): (path: string) => string {
  return (path) => {
    const setting = settings.find((candidate) => `${path}.`.startsWith(`${candidate.path.join('.')}.`))
    return setting?.name ?? (path === '' ? 'the configuration' : path)
  }
}

function invalid(problems: readonly ConfigProblem[]): ServerError<'CONFIG_INVALID'> {
  return new ServerError('CONFIG_INVALID', { problems })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Given<T>
}
