import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ModelError } from 'toolcrib/agent'
import { checkContract, type LoggedEvent } from 'toolcrib/protocol'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it, onTestFailed, vi } from 'vitest'
import { ask, bearer, connectClient, endOf, signIn, startFixture, temporaryFolder } from './server.fixture.ts'
import { cli, runCli, start } from './server-process.fixture.ts'

// Whole processes start here, several in a test, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 })

describe('the whole way', () => {
  it('goes from sign-in over the socket to an answer that is stored [RUN-01]', async () => {
    await using place = await temporaryFolder()
    await using server = await start(place)
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread()

    const events = await ask(client, threadId, 'What is 17 * 23?')

    const types = events.map(({ event }) => event.type)
    const end = endOf(events)
    const stored = (await (
      await fetch(`${server.url}/v1/threads/${threadId}/events`, { headers: bearer(token) })
    ).json()) as {
      readonly events: readonly LoggedEvent[]
    }
    expect(firstOfEach(types.filter((type) => type !== 'thread_renamed'))).toEqual([
      'message_added',
      'agent_started',
      'agent_thinking',
      'step_completed',
      'tool_executing',
      'tool_completed',
      'agent_message',
      'agent_completed',
    ])
    expect(events.find(({ event }) => event.type === 'tool_completed')?.event).toMatchObject({
      tool: 'calculate',
      outcome: 'ok',
    })
    expect(end).toMatchObject({ outcome: 'completed' })
    expect(end.message?.parts[0]?.text).toContain('391')
    expect(checkContract(events)).toEqual([])
    expect(stored.events).toEqual(events)
  })

  it('serves two people at once, each with their own notes and threads', async () => {
    await using fixture = await startFixture()
    const [ann, bob] = await Promise.all([signIn(fixture.url, 'Ann'), signIn(fixture.url, 'Bob')])
    await using annClient = connectClient(fixture.url, ann.token)
    await using bobClient = connectClient(fixture.url, bob.token)
    const [annThread, bobThread] = await Promise.all([annClient.createThread(), bobClient.createThread()])

    const [annSaved, bobSaved] = await Promise.all([
      ask(annClient, annThread.threadId, 'Save a note "canary of ann"'),
      ask(bobClient, bobThread.threadId, 'Save a note "canary of bob"'),
    ])
    const annListed = await ask(annClient, annThread.threadId, 'List my notes')

    expect([endOf(annSaved).outcome, endOf(bobSaved).outcome]).toEqual(['completed', 'completed'])
    expect(JSON.stringify(annListed)).toContain('canary of ann')
    expect(JSON.stringify([annSaved, annListed])).not.toContain('canary of bob')
    expect(JSON.stringify(bobSaved)).not.toContain('canary of ann')
  })

  it('tells the person when the model cannot be used, and leaves the thread usable [RUN-04]', async () => {
    const failures = [
      new ModelError('MODEL_UNREACHABLE', { model: 'scripted', address: 'http://127.0.0.1:1' }),
      new ModelError('MODEL_KEY_REFUSED', { model: 'scripted', status: 401 }),
      new Error('a secret of the provider: sk-canary'),
    ]
    const steps = failures.flatMap((error) => [{ error }])
    const model = createScriptedModel((_request, step) => steps[step - 1] ?? { text: 'Here again.' })
    const agents = [
      { name: 'assistant', description: 'd', instructions: 'i', tools: ['*'], limits: { maxStepRetries: 0 } },
    ]
    await using fixture = await startFixture({ config: { agents }, parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()

    const ends = [
      endOf(await ask(client, threadId, 'one')),
      endOf(await ask(client, threadId, 'two')),
      endOf(await ask(client, threadId, 'three')),
    ]
    const last = endOf(await ask(client, threadId, 'four'))

    expect(ends.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['failed', 'MODEL_UNREACHABLE'],
      ['failed', 'MODEL_KEY_REFUSED'],
      ['failed', ends[2]?.error?.code],
    ])
    expect(JSON.stringify(ends)).not.toContain('sk-canary')
    expect(last).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'Here again.' }] } })
  })

  it('tells the person at the start when the key of the model is missing [RUN-04]', async () => {
    await using place = await temporaryFolder()

    const ended = await runCli(['start', '--port', '0'], { ...place, env: { TOOLCRIB_MODEL: 'openai:gpt-5' } })

    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/"openai:gpt-5" needs a key; set OPENAI_API_KEY/)
    expect(ended.stderr).not.toContain('    at ')
  })
})

describe('toolcrib start', () => {
  it('refuses a bad catalogue with every verdict printed, and exits with 1 [REG-10]', async () => {
    await using place = await temporaryFolder()
    await writeFile(join(place.folder, 'toolcrib.config.ts'), badCatalogue)

    const ended = await runCli(['start', '--port', '0'], place)
    const listed = await runCli(['tools'], place)

    for (const told of [ended.stderr, listed.stdout]) {
      expect(told).toMatch(/NOT_A_TOOL\/function/)
      expect(told).toMatch(/NAME_TAKEN "calculate"/)
      expect(told).toMatch(/NAME_INVALID/)
      expect(told).toMatch(/NOT_A_TOOL\/schema/)
      expect(told).toMatch(/toolcrib\.config\.ts:\d+:\d+/)
    }
    expect([ended.code, listed.code]).toEqual([1, 1])
    expect(ended.stdout).toBe('')
    expect(listed.stdout).toMatch(/^10 admitted\n/)
    expect(ended.stderr).not.toContain('    at ')
  })

  it('keeps threads and sessions over a restart', async () => {
    await using place = await temporaryFolder()
    let token = ''
    let threadId = ''
    {
      await using server = await start(place)
      token = (await signIn(server.url, 'Ann')).token
      await using client = connectClient(server.url, token)
      threadId = (await client.createThread('Kept')).threadId
      await ask(client, threadId, 'What is 2 + 2?')
      server.process.kill('SIGTERM')
      expect((await server.ended).code).toBe(0)
    }

    await using again = await start(place)
    await using client = connectClient(again.url, token)

    expect(await client.listThreads()).toMatchObject([{ threadId, title: 'Kept', activeRunId: null }])
    expect((await stat(join(place.folder, '.toolcrib', 'session.key'))).mode & 0o777).toBe(0o600)
  })

  it('stops in order when npm, which had started it, was stopped and handed no signal on', async () => {
    await using place = await temporaryFolder()
    // npm puts a shell between; this one, like that one, does not hand signals on.
    const command = `"${process.execPath}" "${cli}" start --port 0; true`
    const env = { PATH: process.env.PATH, npm_lifecycle_event: 'start' }
    // In a group of its own, so that a server that should go on alone is ended with the test.
    const shell = spawn('sh', ['-c', command], {
      cwd: place.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    onTestFailed(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL')
    })
    let said = ''
    const serving = Promise.withResolvers<void>()
    const hear = (chunk: string): void => {
      said += chunk
      if (said.includes('"serving"')) serving.resolve()
    }
    shell.stdout.setEncoding('utf8').on('data', hear)
    shell.stderr.setEncoding('utf8').on('data', hear)
    await serving.promise

    shell.kill('SIGTERM')
    await once(shell, 'close')

    expect(said).toContain('"stopped"')
  })

  it('serves on when a tool leaves a rejection that nobody handles, and logs it', async () => {
    await using place = await temporaryFolder()
    await writeFile(
      join(place.folder, 'toolcrib.config.ts'),
      slowTool.replace('=> new Promise(', "=> void Promise.reject(new Error('a stray one')) ?? new Promise("),
    )
    await using server = await start(place)
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)

    const answer = await ask(client, (await client.createThread()).threadId, 'Take your time')
    server.process.kill('SIGTERM')

    expect(endOf(answer).outcome).toBe('completed')
    expect(await server.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('a stray one') })
  })

  it('serves on when a tool throws where nobody can catch it, and is degraded from then on', async () => {
    await using place = await temporaryFolder()
    const throwing = "=> setTimeout(() => { throw new Error('a stray one') }) && new Promise("
    await writeFile(join(place.folder, 'toolcrib.config.ts'), slowTool.replace('=> new Promise(', throwing))
    await using server = await start(place)
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)

    const answer = await ask(client, (await client.createThread()).threadId, 'Take your time')
    const health = await (await fetch(`${server.url}/health`, { headers: bearer(token) })).json()
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    server.process.kill('SIGTERM')

    expect(endOf(answer).outcome).toBe('completed')
    const reasons = ['Caught by nobody since the start: 1 exceptions and 0 rejections; the log has them']
    expect(health).toMatchObject({
      state: 'degraded',
      ready: true,
      components: { strayFaults: { state: 'degraded', reasons } },
    })
    expect(metrics).toContain('toolcrib_stray_faults_total{kind="exception"} 1')
    expect(await server.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('a stray one') })
  })

  it('is ended at once by a second signal, and the next one goes on [RUN-07]', async () => {
    await using place = await temporaryFolder()
    await writeFile(join(place.folder, 'toolcrib.config.ts'), slowTool.replace('300', '60_000'))
    await using server = await start(place)
    const { token } = await signIn(server.url, 'Ann')
    await using client = connectClient(server.url, token)
    const { threadId } = await client.createThread()
    const executing = Promise.withResolvers<void>()
    using _view = client.openThread(threadId, {
      onEvent: ({ event }) => {
        if (event.type === 'tool_executing') executing.resolve()
      },
    })
    await client.send(threadId, 'Take your time')
    await executing.promise
    const stopping = Promise.withResolvers<void>()
    server.process.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Stopping')) stopping.resolve()
    })

    server.process.kill('SIGINT')
    await stopping.promise
    server.process.kill('SIGINT')
    const { code } = await server.ended
    await using next = await start(place)
    await using again = connectClient(next.url, token)

    expect(code).toBe(130)
    expect((await again.listThreads()).map((thread) => thread.threadId)).toEqual([threadId])
  })

  it('refuses a data folder that another process holds, a port in use and a damaged database, each with one message', async () => {
    await using place = await temporaryFolder()
    await using other = await temporaryFolder()
    await using damaged = await temporaryFolder()
    await using server = await start(place)
    await mkdir(join(damaged.folder, '.toolcrib'))
    await writeFile(join(damaged.folder, '.toolcrib', 'toolcrib.db'), 'this is no database, '.repeat(1_000))

    const held = await runCli(['start', '--port', '0'], place)
    const inUse = await runCli(['start', '--port', new URL(server.url).port], other)
    const corrupt = await runCli(['start', '--port', '0'], damaged)

    expect(held).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Another process holds .*\n\(STORE_LOCKED\)\n$/),
    })
    expect(inUse).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Another program listens on .*\n\(PORT_IN_USE\)\n$/),
    })
    expect(corrupt).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The database .* is damaged .*\n\(STORE_CORRUPT\)\n$/),
    })
    expect(await readFile(join(damaged.folder, '.toolcrib', 'toolcrib.db'), 'utf8')).toMatch(/^this is no database/)
  })

  it('gives the port, the folder and everything else back when a start fails half-way', async () => {
    await using taken = await listenSomewhere()
    await using place = await temporaryFolder()
    const failed = await runCli(['start', '--port', String(taken.port)], place)

    await using server = await start(place)

    expect(failed.code).toBe(1)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })

  it('tells every problem of a configuration at once, and exits with 1 [OPS-09]', async () => {
    await using place = await temporaryFolder()

    const ended = await runCli(['start'], { ...place, env: { TOOLCRIB_PORT: 'x', TOOLCRIB_LOG: 'loud' } })

    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr.split('\n').slice(0, 3)).toEqual([
      'The configuration has 2 problems:',
      '  TOOLCRIB_PORT: expected a whole number from 0 to 65535, received "x"',
      '  TOOLCRIB_LOG: expected one of silent, error, warn, info, debug, received "loud"',
    ])
  })
})

describe('toolcrib', () => {
  it('answers a question that is piped in, and exits', async () => {
    await using fixture = await startFixture()
    const options = { folder: fixture.folder, env: { TOOLCRIB_URL: fixture.url } }

    const answered = await runCli(['chat', '--name', 'ann'], { ...options, input: 'What is 17 * 23?\n' })

    expect(answered.code).toBe(0)
    expect(answered.stdout).toContain('391')
    expect(answered.stderr).toMatch(/calculate: ok, \d+ ms/)
  })

  it('revokes tokens of a running server, as an operator, and says what is missing', async () => {
    await using place = await temporaryFolder()
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const env = { TOOLCRIB_URL: fixture.url }
    const me = async (): Promise<number> => (await fetch(`${fixture.url}/v1/me`, { headers: bearer(token) })).status
    const before = await me()

    const revoked = await runCli(['token', 'revoke', '--user', 'ann', '--name', 'Otto'], { ...place, env })
    const neither = await runCli(['token', 'revoke'], { ...place, env })
    const refused = await runCli(['token', 'revoke', '--id', 'x', '--token', token], { ...place, env })

    expect([before, await me()]).toEqual([200, 401])
    expect(revoked).toMatchObject({ code: 0, stdout: 'Every token of "ann" that was issued until now is revoked\n' })
    expect(neither).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected one of --user') })
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('TOKEN_REVOKED') })
  })

  it('signs a token that a server with the same secret accepts', async () => {
    const env = { TOOLCRIB_JWT_SECRET: 'a-shared-secret-of-more-than-32-bytes', TOOLCRIB_ISSUER: 'https://me.example' }
    await using fixture = await startFixture({ env })
    const args = ['token', '--user', 'ann', '--tenant', 'acme', '--roles', 'user,operator', '--ttl', '1h']

    const issued = await runCli(args, { folder: fixture.folder, env })
    const me = await fetch(`${fixture.url}/v1/me`, { headers: bearer(issued.stdout.trim()) })

    expect(issued).toMatchObject({ code: 0, stderr: '' })
    expect(await me.json()).toMatchObject({ principal: { user: 'ann', tenant: 'acme', roles: ['user', 'operator'] } })
  })

  it('says what it does not understand, with the nearest it knows, and exits with 2', async () => {
    await using place = await temporaryFolder()

    const command = await runCli(['strat'], place)
    const option = await runCli(['start', '--prot', '1'], place)
    const value = await runCli(['token', '--user', 'ann', '--ttl', 'soon'], place)

    expect([command.code, option.code, value.code]).toEqual([2, 2, 2])
    expect(command.stderr).toMatch(/There is no command "strat"; perhaps "start" was meant/)
    expect(option.stderr).toMatch(/There is no option --prot; perhaps --port/)
    expect(value.stderr).toMatch(/Expected --ttl to be a duration/)
  })

  it('tells what each command does', async () => {
    await using place = await temporaryFolder()

    const general = await runCli([], place)
    const start = await runCli(['start', '--help'], place)

    expect([general.code, start.code]).toEqual([0, 0])
    expect(general.stdout).toMatch(/start {4}start the server/)
    expect(start.stdout).toMatch(/TOOLCRIB_PORT/)
  })
})

function firstOfEach(types: readonly string[]): readonly string[] {
  return [...new Set(types)]
}

const badCatalogue = `
import { defineConfig, defineTool } from 'toolcrib'
const schema = { type: 'object' } as const
const make = (name: string) => defineTool({ name, description: 'd', input: schema, effect: 'read', execute: () => 1 })
export default defineConfig({
  tools: [make('fine'), make('calculate'), make('not a name'), (() => 1) as never, { type: 'object', properties: {} } as never],
})
`

const slowTool = `
import { defineConfig, defineTool } from 'toolcrib'
let asked = 0
const slow = defineTool({
  name: 'slow', description: 'Takes its time.', input: { type: 'object' }, effect: 'read', timeoutMs: 120_000,
  execute: () => new Promise((resolve) => setTimeout(() => resolve('there'), 300)),
})
const model = {
  name: 'slow-model',
  async *stream() {
    const usage = { inputTokens: 1, outputTokens: 1 }
    asked += 1
    if (asked === 1) {
      yield { type: 'call', tool: 'slow', input: {} } as const
      yield { type: 'finish', reason: 'calls', usage } as const
    } else {
      yield { type: 'text', delta: 'Done.' } as const
      yield { type: 'finish', reason: 'stop', usage } as const
    }
  },
}
export default defineConfig({
  tools: [slow],
  agents: [{ name: 'assistant', description: 'd', instructions: 'i', tools: ['slow'], model }],
})
`

async function listenSomewhere(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}
