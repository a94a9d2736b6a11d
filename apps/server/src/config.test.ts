import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Environment } from './config/environment.ts'
import { loadConfig, parseConfig, type ServerConfig } from './config.ts'
import type { ConfigProblem, ServerError } from './errors.ts'

const folder = '/srv/toolcrib'
const run = promisify(execFile)

function problemsOf(written: unknown, env: Environment = {}): readonly ConfigProblem[] {
  try {
    parseConfig(written, { env, folder })
  } catch (error) {
    return (error as ServerError<'CONFIG_INVALID'>).details.problems
  }
  throw new Error('expected the configuration to be refused')
}

function parse(written: unknown, env: Environment = {}): ServerConfig {
  return parseConfig(written, { env, folder })
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    const config = parse({})

    expect(config).toMatchObject({
      port: 4600,
      host: '127.0.0.1',
      dataFolder: '/srv/toolcrib/.toolcrib',
      documentsFolder: null,
      model: 'builtin',
      logLevel: 'info',
      defaultAgent: 'assistant',
      policy: { allow: [{ roles: ['user'], tools: ['*'] }] },
      auth: { jwt: null, developmentSignIn: true, operatorRole: 'operator' },
    })
    expect(config.agents.map(({ name, tools }) => [name, tools])).toEqual([['assistant', ['*']]])
  })

  it('lets the environment win over the file', () => {
    const config = parse(
      { port: 1, host: 'localhost', logLevel: 'warn', auth: { operatorRole: 'admin' } },
      {
        TOOLCRIB_PORT: '5000',
        TOOLCRIB_LOG: 'debug',
        TOOLCRIB_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
      },
    )

    expect(config).toMatchObject({
      port: 5000,
      host: 'localhost',
      logLevel: 'debug',
      auth: { operatorRole: 'admin', allowedOrigins: ['https://a.example', 'https://b.example'] },
    })
  })

  it('takes rules that say who answers an approval, and refuses those that name nobody', () => {
    const by = { roles: ['finance'], users: ['eve'], requester: false }
    const approve = ['effect:destructive', { tools: ['tag:payments'], by }]
    const wrong = [5, { tools: ['*'] }, { tools: ['*'], by: {} }, { tools: ['*'], by: { users: ['eve'], until: 1 } }]

    const config = parse({ policy: { allow: [], approve } })
    const problems = problemsOf({ policy: { allow: [], approve: wrong } })

    expect(config.policy).toEqual({ allow: [], approve })
    expect(problems).toMatchObject([
      { name: 'policy.approve.0', expected: 'a selector of tools, or a rule: { tools, by }', received: '5' },
      { name: 'policy.approve.1', expected: 'a selector of tools, or a rule: { tools, by }' },
      { name: 'policy.approve.2.by', expected: 'somebody: { roles?, users?, requester? }' },
      { name: 'policy.approve.3.by.until', expected: 'a key that Toolcrib knows' },
    ])
  })

  it('takes budgets, prices and a currency, and refuses what cannot be counted [CALL-07]', () => {
    const budgets = [
      { per: 'user', window: 'day', resource: 'tokens', max: 200_000 },
      { per: 'tenant', window: 'month', resource: 'money', max: 500.5 },
      { per: 'user', window: 'day', resource: 'calls', max: 10, tool: 'send_mail', roles: ['guest'] },
    ]
    const prices = { 'openai:gpt-5': { inputPerMillionTokens: 1.25, outputPerMillionTokens: 10 } }
    const model = 'openai:gpt-5'

    expect(parse({ budgets, prices, model, currency: 'EUR' })).toMatchObject({ budgets, prices, currency: 'EUR' })
    expect(parse({})).toMatchObject({ budgets: [], prices: {}, currency: 'USD' })
    expect(
      problemsOf({ budgets: [{ ...budgets[0], window: 'week' }, { per: 'user' }], currency: 'euro' }),
    ).toMatchObject([
      { name: 'budgets.0.window', expected: '"hour", "day" or "month"', received: '"week"' },
      { name: 'budgets.1.window' },
      { name: 'budgets.1.resource' },
      { name: 'budgets.1.max' },
      { name: 'currency', expected: 'the code of a currency, such as "USD"' },
    ])
    expect(problemsOf({ budgets: [{ ...budgets[0], tool: 'send_mail' }] })).toMatchObject([{ name: 'budgets[0].tool' }])
    expect(problemsOf({ budgets, model })).toEqual([
      expect.objectContaining({ name: 'prices.openai:gpt-5', expected: 'a price, because there is a budget of money' }),
    ])
    expect(parse({ budgets })).toMatchObject({ model: 'builtin' })
  })

  it('tells every problem at once, with name, expected and received [OPS-09]', () => {
    const problems = problemsOf(
      { modle: 'builtin', limits: { maxFrameBytes: '64k', maxStps: 3 }, agents: [{ name: 'a b' }] },
      { TOOLCRIB_PORT: '46x0', TOOLCRIB_LOG: 'loud', TOOLCRIB_PROT: '1' },
    )

    expect(problems).toEqual([
      {
        name: 'TOOLCRIB_PROT',
        expected: 'a variable that Toolcrib knows',
        received: 'one it does not know',
        fix: 'perhaps TOOLCRIB_PORT was meant',
      },
      { name: 'TOOLCRIB_PORT', expected: 'a whole number from 0 to 65535', received: '"46x0"' },
      { name: 'TOOLCRIB_LOG', expected: 'one of silent, error, warn, info, debug', received: '"loud"' },
      {
        name: 'agents.0.name',
        expected: 'a name of letters, digits, _ and -, starting with a letter, at most 64 long',
        received: '"a b"',
      },
      { name: 'agents.0.description', expected: 'a text that is not empty', received: 'nothing' },
      { name: 'agents.0.instructions', expected: 'a text', received: 'nothing' },
      { name: 'agents.0.tools', expected: 'a list of texts', received: 'nothing' },
      { name: 'limits.maxFrameBytes', expected: 'a whole number from 1024 to 16777216', received: '"64k"' },
      {
        name: 'limits.maxStps',
        expected: 'a key that Toolcrib knows',
        received: 'the unknown key "maxStps"',
        fix: 'perhaps "maxSteps" was meant',
      },
      {
        name: 'modle',
        expected: 'a key that Toolcrib knows',
        received: 'the unknown key "modle"',
        fix: 'perhaps "model" was meant',
      },
    ])
  })

  it('never shows a secret, in a problem, in JSON or in an inspection [OPS-09]', () => {
    const short = problemsOf({}, { TOOLCRIB_JWT_SECRET: 'hunter2' })
    const config = parse(
      { auth: { metricsToken: 'metrics-token-metrics' } },
      { TOOLCRIB_JWT_SECRET: 'a-secret-that-is-32-bytes-or-more', OPENAI_API_KEY: 'sk-key' },
    )

    expect(short).toEqual([
      { name: 'TOOLCRIB_JWT_SECRET', expected: 'a secret of at least 32 bytes', received: '7 bytes' },
    ])
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.modelKeys.toString()}`]) {
      expect(shown).not.toMatch(/a-secret-that|metrics-token|sk-key/)
    }
    expect(config.modelKeys.reveal().OPENAI_API_KEY).toBe('sk-key')
  })

  it('never shows what stands where a secret belongs, nor the password of an address [OPS-09]', () => {
    const problems = [
      ...problemsOf({ auth: { jwt: 'hunter2' } }),
      ...problemsOf({ auth: 'hunter2' }),
      ...problemsOf({ auth: { jwt: { jwks: 'hunter2' } } }),
      ...problemsOf({}, { TOOLCRIB_PUBLIC_URL: 'https://ann:hunter2@chat.example' }),
      ...problemsOf({}, { TOOLCRIB_JWKS_URL: 'https://ann:hunter2@issuer.example/keys' }),
    ]

    expect(problems.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['auth.jwt', 'auth', 'auth.jwt.jwks', 'TOOLCRIB_PUBLIC_URL', 'TOOLCRIB_JWKS_URL']),
    )
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  it('refuses what is no object', () => {
    expect(problemsOf([])).toEqual([
      { name: 'the configuration', expected: 'an object, as defineConfig takes it', received: 'a list of 0' },
    ])
  })

  it('refuses a limit outside its range, and takes Infinity only where it means something [OPS-09]', () => {
    const problems = problemsOf({ limits: { maxSteps: 0, maxConnections: Number.POSITIVE_INFINITY, maxCalls: 1.5 } })

    expect(problems).toEqual([
      { name: 'limits.maxConnections', expected: 'a whole number from 1 to 1000000', received: 'Infinity' },
      { name: 'limits.maxSteps', expected: 'a whole number from 1 to 10000', received: '0' },
      { name: 'limits.maxCalls', expected: 'a whole number from 0 to 100000', received: '1.5' },
    ])
    expect(parse({ limits: { maxTokens: Number.POSITIVE_INFINITY } }).limits.maxTokens).toBe(Number.POSITIVE_INFINITY)
  })

  it('refuses to be reachable from elsewhere without an issuer [OPS-09]', () => {
    expect(problemsOf({ host: '0.0.0.0' })).toEqual([
      {
        name: 'auth.jwt',
        expected: 'an issuer, because without one nobody could sign in here',
        received: 'nothing',
        fix: 'set TOOLCRIB_JWT_SECRET or TOOLCRIB_JWKS_URL, or bind to 127.0.0.1 for the development sign-in',
      },
    ])
    expect(problemsOf({ host: '0.0.0.0', auth: { developmentSignIn: true } })[0]?.name).toBe('auth.developmentSignIn')
    expect(problemsOf({}, { TOOLCRIB_PUBLIC_URL: 'https://chat.example' })).toEqual([
      {
        name: 'auth.jwt',
        expected: 'an issuer, because people reach this server as "https://chat.example", and anybody could be anybody',
        received: 'nothing',
        fix: 'set TOOLCRIB_JWT_SECRET or TOOLCRIB_JWKS_URL, or leave TOOLCRIB_PUBLIC_URL out',
      },
    ])
    expect(parse({ publicUrl: 'https://localhost:8443' }).auth.developmentSignIn).toBe(true)
  })

  it('refuses the development sign-in beside an issuer, and turns it off by itself [OPS-09]', () => {
    const secret = 'a-secret-that-is-32-bytes-or-more'

    expect(problemsOf({ auth: { developmentSignIn: true, jwt: { secret } } })[0]?.name).toBe('auth.developmentSignIn')
    expect(parse({ auth: { jwt: { secret } } }).auth.developmentSignIn).toBe(false)
  })

  it('refuses public keys without issuer and audience, algorithms that do not fit the key, and two kinds of key [OPS-09]', () => {
    const jwks = problemsOf({}, { TOOLCRIB_JWKS_URL: 'https://issuer.example/keys' })
    const confused = problemsOf({
      auth: {
        jwt: { jwksUrl: 'https://issuer.example/keys', issuer: 'i', audience: 'a', algorithms: ['RS256', 'HS256'] },
      },
    })
    const both = problemsOf(
      { auth: { jwt: { jwks: { keys: [{ kty: 'RSA' }] }, issuer: 'i', audience: 'a' } } },
      { TOOLCRIB_JWT_SECRET: 'a-secret-that-is-32-bytes-or-more' },
    )

    expect(jwks.map(({ fix }) => fix)).toEqual(['set TOOLCRIB_ISSUER', 'set TOOLCRIB_AUDIENCE'])
    expect(confused).toEqual([
      { name: 'auth.jwt.algorithms', expected: 'algorithms of public keys, not HS*', received: '"HS256"' },
    ])
    expect(both[0]).toMatchObject({ name: 'auth.jwt', received: 'secret and jwks' })
  })

  it('refuses keys from a plain http address elsewhere', () => {
    const env = { TOOLCRIB_JWKS_URL: 'http://issuer.example/keys', TOOLCRIB_ISSUER: 'i', TOOLCRIB_AUDIENCE: 'a' }

    expect(problemsOf({}, env)).toEqual([
      {
        name: 'TOOLCRIB_JWKS_URL',
        expected: 'an https address, or an http address on this machine',
        received: '"http://issuer.example/keys"',
      },
    ])
  })

  it('refuses agents of one name and a default agent that there is not', () => {
    const agent = { name: 'helper', description: 'd', instructions: 'i', tools: ['*'] }

    expect(problemsOf({ agents: [agent, agent], defaultAgent: 'helpr' })).toEqual([
      { name: 'agents', expected: 'a name of its own for each agent', received: 'twice: helper' },
      {
        name: 'defaultAgent',
        expected: 'one of the agents: helper, helper',
        received: '"helpr"',
        fix: 'perhaps "helper" was meant',
      },
    ])
  })
})

describe('the config file', () => {
  it('is found in the folder, loaded from TypeScript, and gets this very Toolcrib', async () => {
    await using place = await temporaryFolder()
    await writeFile(
      join(place.folder, 'toolcrib.config.ts'),
      `import { defineConfig, type ToolcribConfig } from 'toolcrib/gateway'
       const config: ToolcribConfig = defineConfig({ port: 4711, documentsFolder: 'docs', tools: [defineConfig as never] })
       export default config`,
    )

    // In a process of its own, because this one loads modules through the test runner.
    const script = `
      import { defineConfig } from 'toolcrib/gateway'
      import { loadConfig } from ${JSON.stringify(import.meta.resolve('./config.ts'))}
      const { port, documentsFolder, file, tools } = await loadConfig({ env: {}, folder: process.argv[1] })
      console.log(JSON.stringify({ port, documentsFolder, file, same: tools[0] === defineConfig }))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, place.folder])

    expect(JSON.parse(stdout)).toEqual({
      port: 4711,
      documentsFolder: join(place.folder, 'docs'),
      file: join(place.folder, 'toolcrib.config.ts'),
      same: true,
    })
  })

  it('is refused with its name and the reason when it is missing, broken or exports nothing', async () => {
    await using place = await temporaryFolder()
    await writeFile(join(place.folder, 'broken.ts'), 'export default {')
    await writeFile(join(place.folder, 'empty.ts'), 'export const config = {}')
    const load = (file: string): Promise<unknown> =>
      loadConfig({ env: { TOOLCRIB_CONFIG: file }, folder: place.folder })

    await expect(load('absent.ts')).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
    await expect(load('broken.ts')).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
    await expect(load('empty.ts')).rejects.toThrow(/no default export/)
  })
})

async function temporaryFolder(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const made = await mkdtemp(join(tmpdir(), 'toolcrib-config-'))
  return { folder: made, [Symbol.asyncDispose]: () => rm(made, { recursive: true }) }
}
