/**
 * The one schema of everything that can be configured: unknown keys are refused, and what cannot be shown is a secret.
 *
 * @module
 */
import { isIP } from 'node:net'
import { attachableImageTypes, type Price, type RunLimits } from 'toolcrib/agent'
import type { ClaimNames } from 'toolcrib/gateway'
import type { BudgetOptions } from 'toolcrib/policy'
import { z } from 'zod'
import { describeLimit, isAllowedLimit, type Limits, limitNames, runLimitNames } from './limits.ts'
import { createSecret, type Secret } from './secret.ts'

/** The configuration as the schema leaves it: defaults filled in, secrets wrapped, nothing resolved yet. */
export interface ParsedConfig {
  port: number
  host: string
  publicUrl?: string | undefined
  dataFolder: string
  documentsFolder?: string | undefined
  model: string
  models: (string | object)[]
  logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  tools: unknown[]
  starterTools: boolean
  agents?: ParsedAgent[] | undefined
  defaultAgent?: string | undefined
  policy?: ParsedPolicy | undefined
  limits: { readonly [Name in keyof Limits]?: number | undefined }
  budgets: ParsedBudget[]
  prices: { [model: string]: Price }
  contextTokens: { [model: string]: number }
  imageTypes: { [model: string]: string[] }
  currency: string
  auth: ParsedAuth
  reservedNames: string[]
}

export interface ParsedAgent {
  name: string
  description: string
  instructions: string
  model?: string | object | undefined
  models?: (string | object)[] | undefined
  tools: string[]
  limits?: { readonly [Name in keyof RunLimits]?: number | undefined } | undefined
}

export interface ParsedPolicy {
  allow: { roles?: string[] | undefined; scopes?: string[] | undefined; tools: string[] }[]
  approve?: (string | ParsedApproverRule)[] | undefined
  approvalTimeoutMs?: number | undefined
}

export interface ParsedApproverRule {
  tools: string[]
  by: { roles?: string[] | undefined; users?: string[] | undefined; requester?: boolean | undefined }
}

export type ParsedBudget = { [Key in keyof BudgetOptions]: BudgetOptions[Key] | undefined } & Pick<
  BudgetOptions,
  'per' | 'window' | 'resource' | 'max'
>

export interface ParsedAuth {
  jwt?: ParsedJwt | undefined
  developmentSignIn?: boolean | undefined
  allowedOrigins: string[]
  operatorRole: string
  operatorTenants: 'own' | 'all'
  metricsToken?: Secret | undefined
}

export interface ParsedJwt {
  secret?: Secret | undefined
  jwksUrl?: string | undefined
  jwks?: { keys: { kty: string; [field: string]: unknown }[] } | undefined
  issuer?: string | undefined
  audience?: string | undefined
  algorithms?: string[] | undefined
  clockToleranceMs: number
  claims: { readonly [Name in keyof ClaimNames]?: string | undefined }
}

const algorithmNames = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const text = z.string().min(1).max(4_096).describe('a text that is not empty')
const word = z
  .string()
  .regex(/^[A-Za-z0-9_.:/-]{1,256}$/)
  .describe('a word of letters, digits and _ . : / -')
const texts = z.array(text).max(10_000).describe('a list of texts')

const origin = z.string().refine(isOrigin).describe('an origin such as "https://chat.example.com", without a path')

const claimNames = z
  .strictObject({
    tenant: text.optional(),
    defaultTenant: text.optional(),
    user: text.optional(),
    name: text.optional(),
    roles: text.optional(),
    scopes: text.optional(),
  })
  .describe('an object of claim names')

function secretText(minBytes: number): z.ZodType<Secret, string> {
  return z
    .string()
    .refine((value) => Buffer.byteLength(value) >= minBytes)
    .transform((value): Secret => createSecret(value))
    .describe(`a secret of at least ${minBytes} bytes`)
}

const jwt = z
  .strictObject({
    secret: secretText(32).optional(),
    jwksUrl: z.string().refine(isKeysUrl).describe('an https address, or an http address on this machine').optional(),
    jwks: z
      .looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })
      .describe('a JSON Web Key Set: { keys: [{ kty, … }] }')
      .optional(),
    issuer: text.optional(),
    audience: text.optional(),
    algorithms: z
      .array(z.enum(algorithmNames).describe(`one of ${algorithmNames.join(', ')}`))
      .min(1)
      .describe('a list of signature algorithms')
      .optional(),
    clockToleranceMs: wholeNumber(0, 300_000).default(5_000),
    claims: claimNames.default({}),
  })
  .describe('an object that says who signs the tokens')

const auth = z
  .strictObject({
    jwt: jwt.optional(),
    developmentSignIn: z.boolean().describe('true or false').optional(),
    allowedOrigins: z.array(origin).max(1_000).describe('a list of origins').default([]),
    operatorRole: word.default('operator'),
    operatorTenants: z.enum(['own', 'all']).describe('"own" or "all"').default('own'),
    metricsToken: secretText(16).optional(),
  })
  .describe('an object')

const allowRule = z
  .strictObject({ roles: texts.optional(), scopes: texts.optional(), tools: texts })
  .describe('a rule: { tools, roles?, scopes? }')

const approvers = z
  .strictObject({ roles: texts.optional(), users: texts.optional(), requester: z.boolean().optional() })
  .refine(({ roles = [], users = [], requester = false }) => roles.length > 0 || users.length > 0 || requester, {
    // Within a union nobody looks for the description.
    message: 'somebody: { roles?, users?, requester? }',
  })

const approvalRule = z
  .union([text, z.strictObject({ tools: texts, by: approvers })])
  .describe('a selector of tools, or a rule: { tools, by }')

const policy = z
  .strictObject({
    allow: z.array(allowRule).describe('a list of rules'),
    approve: z.array(approvalRule).describe('a list of selectors and rules').optional(),
    approvalTimeoutMs: wholeNumber(1_000, 30 * 86_400_000).optional(),
  })
  .describe('a policy: { allow, approve?, approvalTimeoutMs? }')

const limits = limitTable(limitNames)

const budget = z
  .strictObject({
    per: z.enum(['user', 'tenant']).describe('"user" or "tenant"'),
    window: z.enum(['hour', 'day', 'month']).describe('"hour", "day" or "month"'),
    resource: z.enum(['steps', 'calls', 'tokens', 'money', 'runMs']).describe('steps, calls, tokens, money or runMs'),
    max: z.number().min(0).describe('a number from 0'),
    tool: text.optional(),
    roles: texts.optional(),
  })
  .describe('a budget: { per, window, resource, max, tool?, roles? }')

/** More than any model asks for; a larger one is a price per token. */
const pricePerMillion = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((amount) => amount === 0 || amount >= 0.000_001)
  .describe('a price of a million tokens, from 0 to 1000000, to the millionth')

const price = z
  .strictObject({ inputPerMillionTokens: pricePerMillion, outputPerMillionTokens: pricePerMillion })
  .describe('a price: { inputPerMillionTokens, outputPerMillionTokens }')

const model = z
  .custom<string | object>((value) => text.safeParse(value).success || isModel(value))
  .describe('a model, or its name as in TOOLCRIB_MODEL')

const models = z.array(model).max(100).describe('a list of at most 100 models')

const agent = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
      .describe('a name of letters, digits, _ and -, starting with a letter, at most 64 long'),
    description: text,
    instructions: z.string().max(1_000_000).describe('a text'),
    model: model.optional(),
    models: models.optional(),
    tools: texts,
    limits: limitTable(runLimitNames).optional(),
  })
  .describe('an agent: { name, description, instructions, tools, model?, models?, limits? }')

/** What the config file and the environment, laid over each other, must be. */
export const configSchema: z.ZodType<ParsedConfig> = z
  .strictObject({
    port: wholeNumber(0, 65_535).default(4_600),
    host: z
      .string()
      .refine((value) => isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(value))
      .describe('an address of this machine, or a host name')
      .default('127.0.0.1'),
    publicUrl: z
      .string()
      .refine(isPublicUrl)
      .describe('an http or https address without a path, such as "https://chat.example.com"')
      .optional(),
    dataFolder: text.default('.toolcrib'),
    documentsFolder: text.optional(),
    model: text.default('builtin'),
    models: models.default([]),
    logLevel: z
      .enum(['silent', 'error', 'warn', 'info', 'debug'])
      .describe('one of silent, error, warn, info, debug')
      .default('info'),
    tools: z.array(z.unknown()).describe('a list of tools').default([]),
    starterTools: z.boolean().describe('true or false').default(true),
    agents: z.array(agent).min(1).describe('a list of at least one agent').optional(),
    defaultAgent: text.optional(),
    policy: policy.optional(),
    limits: limits.default({}),
    budgets: z.array(budget).max(100).describe('a list of at most 100 budgets').default([]),
    prices: z.record(text, price).describe('an object of prices, by the names of models').default({}),
    contextTokens: z
      .record(text, wholeNumber(1_024, 100_000_000))
      .describe('an object of numbers of tokens, by the names of models')
      .default({}),
    imageTypes: z
      .record(text, z.array(z.enum(attachableImageTypes)))
      .describe(`an object of lists of ${attachableImageTypes.join(', ')}, by the names of models`)
      .default({}),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe('the code of a currency, such as "USD"')
      .default('USD'),
    auth: auth.prefault({}),
    reservedNames: texts.default([]),
  })
  .describe('an object, as defineConfig takes it')

type LimitTable<Name extends keyof Limits> = z.ZodObject<
  { readonly [N in Name]: z.ZodOptional<z.ZodType<number>> },
  z.core.$strict
>

function limitTable<Name extends keyof Limits>(names: readonly Name[]): LimitTable<Name> {
  const shape = names.map((name) => [
    name,
    z
      .custom<number>((value) => isAllowedLimit(name, value))
      .describe(describeLimit(name))
      .optional(),
  ])
  return z.strictObject(Object.fromEntries(shape)).describe('an object of limits') as unknown as LimitTable<Name>
}

function wholeNumber(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max).describe(`a whole number from ${min} to ${max}`)
}

function isModel(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'stream' in value && typeof value.stream === 'function'
}

function isOrigin(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === value
}

function isPublicUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}

function isKeysUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}

/** Whether a server bound to it can be reached from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
