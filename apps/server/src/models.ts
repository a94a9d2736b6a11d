/**
 * Chooses the model that `TOOLCRIB_MODEL` names. Keys come in as values, are handed to the one provider they belong to,
 * and are looked for nowhere else.
 *
 * @module
 */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { type Clock, type Model, ModelError } from 'toolcrib/agent'
import { type AiSdkModelOptions, createAiSdkModel, createProviderFetch } from 'toolcrib/model/ai-sdk'
import { createPlannerModel } from 'toolcrib/model/planner'
import { ModelSpecError } from './models/errors.ts'

/** The variables that hold the providers' keys: the provider's own usual names. */
export type ModelKeys = {
  readonly [name in 'OPENAI_API_KEY' | 'ANTHROPIC_API_KEY' | 'GOOGLE_GENERATIVE_AI_API_KEY' | typeof compatibleKey]?:
    | string
    | undefined
}

export interface SelectModelOptions {
  readonly clock: Clock
  /** Where a provider's own servers are not to be used: a proxy, a recorder. By provider. */
  readonly baseUrls?: { readonly [provider in 'openai' | 'anthropic' | 'google']?: string }
}

const compatibleKey = 'OPENAI_COMPATIBLE_API_KEY'
/** What the models of these providers look at, as they document it. Of other servers' models it is not known. */
const images = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const googleImages = ['image/png', 'image/jpeg', 'image/webp']
const forms = '"builtin", "openai:MODEL", "anthropic:MODEL", "google:MODEL" or "openai-compatible:MODEL@BASE_URL"'

/**
 * @throws ModelSpecError `MODEL_SPEC_INVALID` for a name of no known form.
 * @throws ModelError `MODEL_KEY_MISSING` when the provider needs a key and there is none.
 */
export function selectModel(spec: string, env: ModelKeys, options: SelectModelOptions): Model {
  const { clock, baseUrls = {} } = options
  if (spec === 'builtin') return createPlannerModel()

  const colon = spec.indexOf(':')
  const provider = colon < 0 ? spec : spec.slice(0, colon)
  const model = colon < 0 ? '' : spec.slice(colon + 1)
  const fetch = createProviderFetch()
  const create = (made: AiSdkModelOptions['model'], apiKey: string | undefined, extra?: Partial<AiSdkModelOptions>) =>
    createAiSdkModel({ model: made, name: spec, clock, secrets: apiKey ? [apiKey] : [], ...extra })

  switch (provider) {
    case 'openai': {
      const apiKey = keyFor(named(model, spec), 'OPENAI_API_KEY', env)
      const made = createOpenAI({ apiKey, fetch, ...base(baseUrls.openai ?? 'https://api.openai.com/v1') })(model)
      // Nothing is left at the provider: what the next step needs of this one goes out with it, sealed.
      return create(made, apiKey, { accepts: images, providerOptions: { openai: { store: false } } })
    }
    case 'anthropic': {
      const apiKey = keyFor(named(model, spec), 'ANTHROPIC_API_KEY', env)
      return create(
        createAnthropic({ apiKey, fetch, ...base(baseUrls.anthropic ?? 'https://api.anthropic.com/v1') })(model),
        apiKey,
        { accepts: images },
      )
    }
    case 'google': {
      const apiKey = keyFor(named(model, spec), 'GOOGLE_GENERATIVE_AI_API_KEY', env)
      const address = baseUrls.google ?? 'https://generativelanguage.googleapis.com/v1beta'
      return create(createGoogle({ apiKey, fetch, ...base(address) })(model), apiKey, { accepts: googleImages })
    }
    case 'openai-compatible': {
      const { id, baseURL } = addressed(model, spec)
      const apiKey = env[compatibleKey] || undefined
      const server = createOpenAICompatible({
        name: 'openai-compatible',
        baseURL,
        fetch,
        includeUsage: true,
        ...(apiKey === undefined ? {} : { apiKey }),
      })
      return create(server(id), apiKey)
    }
    default:
      throw new ModelSpecError({ expected: forms, received: spec })
  }
}

/** Given always: left out, the provider packages look for it in the environment. */
function base(baseURL: string): { readonly baseURL: string } {
  return { baseURL }
}

function named(model: string, spec: string): string {
  if (model.trim() === '')
    throw new ModelSpecError({
      expected: 'a provider and the name of its model, such as "openai:gpt-5"',
      received: spec,
    })
  return spec
}

function keyFor(spec: string, variable: keyof ModelKeys, env: ModelKeys): string {
  const key = env[variable]
  if (key === undefined || key.trim() === '') throw new ModelError('MODEL_KEY_MISSING', { model: spec, variable })
  return key
}

/**
 * The last `@` parts them: names of models have some of their own, addresses with a user and a password are refused. So
 * are those with a query: paths are added to their end, and the name is shown to everybody.
 */
function addressed(model: string, spec: string): { readonly id: string; readonly baseURL: string } {
  const at = model.lastIndexOf('@')
  const id = model.slice(0, Math.max(at, 0))
  const address = model.slice(at + 1)
  const url = at > 0 && URL.canParse(address) ? new URL(address) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (!isHttp || /[?#]/.test(address)) {
    throw new ModelSpecError({
      expected:
        'a model and the base URL of its server, such as "openai-compatible:llama3.2@http://127.0.0.1:11434/v1"',
      received: withoutSecrets(spec),
    })
  }
  return { id, baseURL: address.replace(/\/+$/, '') }
}

/** A name is shown to people; a password or a key that somebody put into its address is not. */
function withoutSecrets(spec: string): string {
  return spec.replace(/\/\/.*@/, '//').replace(/[?#].*/, '')
}
