/**
 * How each limit of the process around the gateway and the agents is reached, from outside. The law: as with the others, at
 * the limit first, then one beyond.
 *
 * @module
 */
import { defineTool } from 'toolcrib'
import type { HostLimits } from 'toolcrib/gateway'
import { createScriptedModel } from 'toolcrib/testing'
import { issueToken } from '../../apps/server/src/auth/sessions.ts'
import { createSecret } from '../../apps/server/src/config/secret.ts'
import { bearer, postJson } from '../../apps/server/src/server.fixture.ts'
import { uploadDrivers } from './attachment-drivers.ts'
import type { Drivers } from './gateway-drivers.ts'
import { type LimitedServer, saidBy, startLimited, wordOf } from './limited-server.ts'

const never = new Promise<never>(() => {})
const large = 'x'.repeat(90_000)

export const hostDrivers: Drivers<keyof HostLimits> = {
  ...uploadDrivers,

  async maxDatabaseBytes() {
    await using limited = await startLimited({ limits: { maxDatabaseBytes: 1_048_576 }, storeOn: 'disk' })
    const principal = await limited.principal('ann')
    const words: string[] = []
    while (words.length < 30 && words.at(-1) !== 'STORE_FULL') {
      words.push(await codeOf(limited.server.supervisor.createThread(principal, { title: large })))
    }
    return `${words[0]}, then ${words.at(-1)}`
  },

  async auditKeepMs() {
    const limits = { auditKeepMs: 60_000, sessionTtlMs: 86_400_000 }
    await using limited = await startLimited({ limits })
    await limited.token('ann')
    await limited.clock.advance(50_000)
    await limited.token('bob')
    const before = await signInsOnRecord(limited)
    await limited.clock.advance(20_000)
    return `${before}, then ${await signInsOnRecord(limited)}`
  },

  async maxAuditEntries() {
    await using limited = await startLimited({ limits: { maxAuditEntries: 2 } })
    for (const user of ['ann', 'bob', 'cid']) await limited.token(user)
    const before = await signInsOnRecord(limited)
    await limited.clock.advance(10_000)
    return `${before}, then ${await signInsOnRecord(limited)}`
  },

  async maxStorePendingBytes() {
    await using limited = await startLimited({ limits: { maxStorePendingBytes: 65_536 }, storeOn: 'disk' })
    const principal = await limited.principal('ann')
    // What the server itself has to write is written.
    await signInsOnRecord(limited)
    // Together, so that the second comes while the first still waits for the disk.
    const words = await Promise.all([
      codeOf(limited.server.supervisor.createThread(principal, { title: large })),
      codeOf(limited.server.supervisor.createThread(principal, { title: large })),
    ])
    return words.join(', then ')
  },

  async maxRunsPerUser() {
    const model = createScriptedModel(() => ({ text: 'Hm', gate: never }))
    await using limited = await startLimited({ limits: { maxRunsPerUser: 1 }, model })
    const [ann, bob] = [await limited.socket('ann'), await limited.socket('bob')]
    const first = await ann.say(await ann.openNewThread(), 'one')
    const second = await ann.say(await ann.openNewThread(), 'two')
    const other = await bob.say(await bob.openNewThread(), 'three')
    return [first, other, second].map(saidBy).join(', ')
  },

  async maxRunsPerTenant() {
    const model = createScriptedModel(() => ({ text: 'Hm', gate: never }))
    await using limited = await startLimited({ limits: { maxRunsPerTenant: 1 }, model })
    const [ann, bob] = [await limited.socket('ann'), await limited.socket('bob')]
    const first = await ann.say(await ann.openNewThread(), 'one')
    const second = await bob.say(await bob.openNewThread(), 'two')
    return [first, second].map(saidBy).join(', then ')
  },

  async maxOpenRunsPerUser() {
    const wipe = defineTool({
      name: 'wipe',
      description: 'For a test.',
      input: { type: 'object' },
      effect: 'destructive',
      execute: () => null,
    })
    const model = createScriptedModel(() => ({ calls: [{ tool: 'wipe' }] }))
    await using limited = await startLimited({ limits: { maxOpenRunsPerUser: 1 }, model, tools: [wipe] })
    const [ann, bob] = [await limited.socket('ann'), await limited.socket('bob')]
    const first = await ann.say(await ann.openNewThread(), 'one')
    // It waits for a person, and so it is none of those at work.
    await ann.next(({ type }) => type === 'approvals_changed')
    const second = await ann.say(await ann.openNewThread(), 'two')
    const other = await bob.say(await bob.openNewThread(), 'three')
    return [first, other, second].map(saidBy).join(', ')
  },

  async maxToolsPerScope() {
    const [one, two] = ['one', 'two'].map((name) =>
      defineTool({
        name,
        description: 'For a test.',
        input: { type: 'object' },
        effect: 'read',
        execute: () => null,
      }),
    )
    if (one === undefined || two === undefined) throw new Error('Two tools were made')
    await using limited = await startLimited({ limits: { maxToolsPerScope: 1 }, tools: [one] })
    const refused = await startLimited({ limits: { maxToolsPerScope: 1 }, tools: [one, two] }).catch(
      (error: Error & { readonly code?: string }) => error,
    )
    const codes = /\b(SCOPE_FULL)\b/.exec(refused instanceof Error ? refused.message : '')?.[1]
    return `${limited.server.tools.join()}, then ${refused instanceof Error ? refused.code : 'started'} ${codes}`
  },

  async maxBodyBytes() {
    await using limited = await startLimited({ limits: { maxBodyBytes: 1_024 } })
    const at = async (bytes: number): Promise<string> => {
      const headers = { ...bearer(await limited.token('ann')), 'content-type': 'application/json' }
      const body = '{"title":"T"}'.padEnd(bytes)
      return wordOf(await fetch(`${limited.url}/v1/threads`, { method: 'POST', headers, body }))
    }
    return `${await at(1_024)}, then ${await at(1_025)}`
  },

  async maxTokenBytes() {
    const isLong = (token: string): boolean => token.length > 256
    await using roomy = await startLimited({ limits: {} })
    await using limited = await startLimited({ limits: { maxTokenBytes: 256 } })
    // A good token, and longer than that.
    const tokens = [await roomy.token('ann'), await limited.token('ann')]
    if (!tokens.every(isLong)) return 'The tokens are too short to tell'
    return `${await roomy.get('/v1/me', 'ann')}, then ${await limited.get('/v1/me', 'ann')}`
  },

  async maxTokenLifeMs() {
    const secret = 'a-shared-secret-of-more-than-32-bytes'
    const limits = { maxTokenLifeMs: 60_000 }
    await using limited = await startLimited({ limits, config: { auth: { jwt: { secret } } } })
    const principal = { tenant: 'acme', user: 'ann', roles: [], scopes: [] }
    const now = limited.clock.now()
    const say = async (ttlMs: number): Promise<string> => {
      const { token } = await issueToken(createSecret(secret), { principal, ttlMs, now })
      return wordOf(await fetch(`${limited.url}/v1/me`, { headers: bearer(token) }))
    }
    return `${await say(60_000)}, then ${await say(61_000)}`
  },

  async maxTickets() {
    await using limited = await startLimited({ limits: { maxTickets: 1 } })
    return `${await limited.post('/v1/tickets', 'ann', {})}, then ${await limited.post('/v1/tickets', 'bob', {})}`
  },

  async signInsPerMinute() {
    await using limited = await startLimited({ limits: { signInsPerMinute: 2 } })
    const signIn = async (): Promise<string> => wordOf(await postJson(`${limited.url}/v1/sign-in`, { name: 'Ann' }))
    const words = [await signIn(), await signIn(), await signIn()]
    await limited.clock.advance(30_000)
    return [...words, await signIn()].join(', ')
  },

  async sessionTtlMs() {
    await using limited = await startLimited({ limits: { sessionTtlMs: 60_000, pingIntervalMs: 600_000 } })
    const socket = await limited.socket('ann')
    await limited.clock.advance(59_999)
    const inTime = await limited.get('/v1/me', 'ann')
    await limited.clock.advance(1)
    return `${inTime}, then ${await limited.get('/v1/me', 'ann')} and close ${(await socket.closed).code}`
  },

  async drainMs() {
    const model = createScriptedModel([{ text: 'Hm', gate: never }])
    await using limited = await startLimited({ limits: { drainMs: 1_000 }, model })
    const { clock, server } = limited
    const socket = await limited.socket('ann')
    await socket.say(await socket.openNewThread(), 'Go.')
    await socket.next((frame) => frame.type === 'event' && frame.event.type === 'agent_message')
    const closing = server.close()
    await clock.advance(999)
    const inTime = server.supervisor.active().length
    await clock.advance(1)
    await closing
    const hasEnded = socket.events.some(({ event }) => event.type === 'agent_completed')
    return `${inTime} at work, then ${hasEnded ? 'ended' : 'handed over'}`
  },

  async sseHeartbeatMs() {
    await using limited = await startLimited({ limits: { sseHeartbeatMs: 1_000 } })
    const token = await limited.token('ann')
    const { threadId } = await limited.server.supervisor.createThread(await limited.principal('ann'))
    const headers = { ...bearer(token), accept: 'text/event-stream' }
    const stream = await fetch(`${limited.url}/v1/threads/${threadId}/events`, { headers })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    await limited.clock.advance(999)
    const next = reader?.read()
    const early = await Promise.race([next, limited.get('/v1/me', 'ann').then(() => 'silence')])
    await limited.clock.advance(1)
    const comment = (await next)?.value?.trim()
    await reader?.cancel()
    return `${early === 'silence' ? early : 'too early'}, then "${comment}"`
  },
}

/** Who has signed in, as the audit still has it. */
async function signInsOnRecord(server: LimitedServer): Promise<string> {
  const asked = `${server.url}/v1/operations/audit?kinds=signed_in`
  const response = await fetch(asked, { headers: bearer(await server.token('bob')) })
  const { entries } = (await response.json()) as { readonly entries: readonly { readonly user: string }[] }
  return entries
    .map(({ user }) => user)
    .toReversed()
    .join(' ')
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: { readonly code: string }) => error.code,
  )
}
