/**
 * What no single value shows: settings that contradict each other. The law: when nobody could be verified, or anybody
 * could sign in from elsewhere, nothing starts.
 *
 * @module
 */
import { type BudgetOptions, PolicyError, readBudgets } from 'toolcrib/policy'
import type { ConfigProblem } from '../errors.ts'
import { defaultLimits } from './limits.ts'
import { nearestWord } from './nearest.ts'
import { isLoopbackHost, type ParsedConfig, type ParsedJwt } from './schema.ts'

export function crossCheck(config: ParsedConfig): readonly ConfigProblem[] {
  const { jwt } = config.auth
  return [
    ...checkSignIn(config),
    ...(jwt === undefined ? [] : checkJwt(jwt)),
    ...checkLimits(config),
    ...checkAgents(config),
    ...checkModels(config),
    ...checkBudgets(config),
  ]
}

function checkSignIn({ host, publicUrl, auth }: ParsedConfig): readonly ConfigProblem[] {
  const local = isLoopbackHost(host)
  if (auth.developmentSignIn === true && auth.jwt !== undefined) {
    return [
      {
        name: 'auth.developmentSignIn',
        expected: 'false beside auth.jwt: with an issuer, only its tokens are credentials',
        received: 'true',
        fix: 'remove one of the two',
      },
    ]
  }
  if (!local && auth.developmentSignIn === true) {
    return [
      {
        name: 'auth.developmentSignIn',
        expected: `false while the server is bound to "${host}": anybody who reaches it could be anybody`,
        received: 'true',
        fix: 'bind to 127.0.0.1, or configure an issuer (TOOLCRIB_JWT_SECRET or TOOLCRIB_JWKS_URL)',
      },
    ]
  }
  if (auth.jwt === undefined && publicUrl !== undefined && !isLoopbackHost(new URL(publicUrl).hostname)) {
    return [
      {
        name: 'auth.jwt',
        expected: `an issuer, because people reach this server as "${publicUrl}", and anybody could be anybody`,
        received: 'nothing',
        fix: 'set TOOLCRIB_JWT_SECRET or TOOLCRIB_JWKS_URL, or leave TOOLCRIB_PUBLIC_URL out',
      },
    ]
  }
  if (auth.jwt !== undefined || (local && auth.developmentSignIn !== false)) return []
  return [
    {
      name: 'auth.jwt',
      expected: 'an issuer, because without one nobody could sign in here',
      received: 'nothing',
      fix: 'set TOOLCRIB_JWT_SECRET or TOOLCRIB_JWKS_URL, or bind to 127.0.0.1 for the development sign-in',
    },
  ]
}

function checkJwt(jwt: ParsedJwt): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const given = (['secret', 'jwksUrl', 'jwks'] as const).filter((key) => jwt[key] !== undefined)
  if (given.length !== 1) {
    problems.push({
      name: 'auth.jwt',
      expected: 'exactly one of secret (TOOLCRIB_JWT_SECRET), jwksUrl (TOOLCRIB_JWKS_URL) and jwks',
      received: given.length === 0 ? 'none of them' : given.join(' and '),
    })
  }
  const shared = jwt.secret !== undefined
  for (const algorithm of jwt.algorithms ?? []) {
    if (algorithm.startsWith('HS') === shared) continue
    problems.push({
      name: 'auth.jwt.algorithms',
      expected: shared ? 'HS256, HS384 or HS512, which fit a shared secret' : 'algorithms of public keys, not HS*',
      received: `"${algorithm}"`,
    })
  }
  if (shared || given.length === 0) return problems
  // An issuer's keys sign for all its applications: without these, a token meant for another one would be accepted.
  for (const [key, variable] of [
    ['issuer', 'TOOLCRIB_ISSUER'],
    ['audience', 'TOOLCRIB_AUDIENCE'],
  ] as const) {
    if (jwt[key] !== undefined) continue
    problems.push({
      name: `auth.jwt.${key}`,
      expected: `a text, because the keys are an issuer's public ones`,
      received: 'nothing',
      fix: `set ${variable}`,
    })
  }
  return problems
}

function checkLimits({ auth, limits }: ParsedConfig): readonly ConfigProblem[] {
  const defaults = defaultLimits()
  const { sessionTtlMs = defaults.sessionTtlMs, maxTokenLifeMs = defaults.maxTokenLifeMs } = limits
  if (auth.jwt !== undefined || sessionTtlMs <= maxTokenLifeMs) return []
  return [
    {
      name: 'limits.sessionTtlMs',
      expected: `at most limits.maxTokenLifeMs, which is ${maxTokenLifeMs}: a session's token could not be used`,
      received: String(sessionTtlMs),
    },
  ]
}

function checkBudgets({ budgets, prices, agents, model, models }: ParsedConfig): readonly ConfigProblem[] {
  try {
    readBudgets(budgets as readonly BudgetOptions[])
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const { option, expected, received } = error.details
    return [{ name: option, expected, received }]
  }
  if (!budgets.some(({ resource }) => resource === 'money')) return []
  const specs = agents?.flatMap((agent) => [agent.model ?? model, ...(agent.models ?? models)]) ?? [model, ...models]
  const named = specs.filter((spec) => typeof spec === 'string')
  const unpriced = new Set(named.filter((spec) => spec !== 'builtin' && !Object.hasOwn(prices, spec)))
  return [...unpriced].map((spec) => ({
    name: `prices.${spec}`,
    expected: 'a price, because there is a budget of money',
    received: 'nothing',
    fix: 'give { inputPerMillionTokens, outputPerMillionTokens }, or leave the budget out',
  }))
}

/** A choice of two that look the same is none. */
function checkModels({ agents = [], models }: ParsedConfig): readonly ConfigProblem[] {
  const lists = [
    { name: 'models', list: models },
    ...agents.map((agent, index) => ({ name: `agents.${index}.models`, list: agent.models ?? [] })),
  ]
  return lists.flatMap(({ name, list }) => {
    const names = list.map((model) => (typeof model === 'string' ? model : String(Reflect.get(model, 'name'))))
    const twice = names.filter((model, index) => names.indexOf(model) !== index)
    if (twice.length === 0) return []
    return [{ name, expected: 'each model once', received: `twice: ${[...new Set(twice)].join(', ')}` }]
  })
}

function checkAgents({ agents, defaultAgent }: ParsedConfig): readonly ConfigProblem[] {
  const names = agents?.map((agent) => agent.name) ?? ['assistant']
  const problems: ConfigProblem[] = []
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  if (twice.length > 0) {
    problems.push({
      name: 'agents',
      expected: 'a name of its own for each agent',
      received: `twice: ${[...new Set(twice)].join(', ')}`,
    })
  }
  if (defaultAgent !== undefined && !names.includes(defaultAgent)) {
    const near = nearestWord(defaultAgent, names)
    problems.push({
      name: 'defaultAgent',
      expected: `one of the agents: ${names.join(', ')}`,
      received: `"${defaultAgent}"`,
      ...(near === undefined ? {} : { fix: `perhaps "${near}" was meant` }),
    })
  }
  return problems
}
