import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonicalJson, defineTool } from 'toolcrib'
import type { SeenAuditEntry } from 'toolcrib/operations'
import type { Principal } from 'toolcrib/protocol'
import { createManualClock, createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueToken } from '../../auth/sessions.ts'
import { createSecret } from '../../config/secret.ts'
import { parseConfig } from '../../config.ts'
import {
  ask,
  bearer,
  connectClient,
  knock,
  postJson,
  signIn,
  startFixture,
  temporaryFolder,
} from '../../server.fixture.ts'
import { startServer } from '../../server.ts'

const secret = 'a-shared-secret-of-more-than-32-bytes'
const pin = '4711-canary'
const unlock = defineTool({
  name: 'unlock',
  description: 'Open a door.',
  input: z.object({ door: z.string(), pin: z.string() }),
  effect: 'write',
  execute: ({ door }) => `${door} is open`,
})
const opens = () =>
  createScriptedModel(({ messages }) =>
    messages.at(-1)?.role === 'tool' ? { text: 'Done.' } : { calls: [{ tool: 'unlock', input: { door: 'A', pin } }] },
  )

type Asked = Readonly<Record<string, string>>

async function auditOf(url: string, token: string, asked: Asked = {}): Promise<readonly SeenAuditEntry[]> {
  const response = await fetch(`${url}/v1/operations/audit?${new URLSearchParams(asked)}`, { headers: bearer(token) })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return ((await response.json()) as { readonly entries: readonly SeenAuditEntry[] }).entries
}

function tokenOf(principal: Partial<Principal>): Promise<string> {
  const whole = { tenant: 'acme', user: 'ann', roles: ['user'], scopes: [], ...principal }
  return issueToken(createSecret(secret), { principal: whole, ttlMs: 600_000, now: Date.now() }).then(
    ({ token }) => token,
  )
}

describe('the audit, as operators read it', () => {
  it('knows a secret argument by a hash that cannot be found out by trying, and has it nowhere [OPS-04]', async () => {
    await using fixture = await startFixture({ config: { tools: [unlock] }, parts: { model: opens() } })
    const { token } = await signIn(fixture.url, 'ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'Open it.')
    await client.deleteThread(threadId)

    const entries = await auditOf(fixture.url, token, { kinds: 'call_started,call_ended' })

    using database = new DatabaseSync(join(fixture.folder, '.toolcrib', 'toolcrib.db'), { readOnly: true })
    const rows = JSON.stringify(database.prepare('SELECT * FROM audit').all())
    const plain = createHash('sha256')
      .update(canonicalJson({ door: 'A', pin }))
      .digest('hex')
    expect(entries.map(({ kind, tool, outcome }) => [kind, tool, outcome])).toEqual([
      ['call_ended', 'unlock', 'ok'],
      ['call_started', 'unlock', null],
    ])
    expect(entries[1]?.facts).toMatchObject({
      fingerprint: unlock.fingerprint,
      inputHash: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/),
    })
    expect(rows).toContain('hmac-sha256:')
    expect([rows.includes(pin), rows.includes(plain), rows.includes('is open')]).toEqual([false, false, false])
  })

  it('ends at the tenant of whoever asks, also by name and in the file; the house is for those who run it [OPS-04] [L9]', async () => {
    await using fixture = await startFixture({
      config: { tools: [unlock] },
      env: { TOOLCRIB_JWT_SECRET: secret },
      parts: { model: opens() },
    })
    const { url } = fixture
    const ann = await tokenOf({})
    await using client = connectClient(url, ann)
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'Open it.')
    const [ours, theirs] = [
      await tokenOf({ user: 'olga', roles: ['operator'] }),
      await tokenOf({ tenant: 'evil', user: 'eve', roles: ['operator'] }),
    ]

    const seen = await auditOf(url, ours)

    expect(new Set(seen.map(({ tenant }) => tenant))).toEqual(new Set(['acme']))
    expect(seen.map(({ kind }) => kind)).toEqual(['run_ended', 'call_ended', 'call_started', 'run_started'])
    expect(seen.every(({ hash }) => hash === undefined)).toBe(true)
    expect(await auditOf(url, theirs)).toEqual([])
    expect(await auditOf(url, theirs, { tenant: 'acme' })).toEqual([])
    expect(await auditOf(url, theirs, { runId: seen[0]?.runId ?? '' })).toEqual([])
    const file = await fetch(`${url}/v1/operations/audit.jsonl?tenant=acme`, { headers: bearer(theirs) })
    expect([file.status, await file.text()]).toEqual([200, ''])
  })

  it('shows every tenant and the house to those who operate all, with the chain that proves it whole [OPS-04]', async () => {
    await using fixture = await startFixture({
      config: { tools: [unlock], auth: { operatorTenants: 'all' } },
      env: { TOOLCRIB_JWT_SECRET: secret },
      parts: { model: opens() },
    })
    const { url } = fixture
    await using client = connectClient(url, await tokenOf({ tenant: 'evil', user: 'eve' }))
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'Open it.')

    const entries = (await auditOf(url, await tokenOf({ roles: ['operator'] }))).toReversed()

    const { at, kind, by, runId, callId, outcome, facts, hash, tenant, tool, user, number } = entries[0] ?? {}
    const first = ['', number, at, kind, tenant, user, by, runId, callId, tool, outcome, facts]
    expect(entries.map((entry) => [entry.tenant, entry.kind])).toEqual([
      [null, 'server_started'],
      ['evil', 'run_started'],
      ['evil', 'call_started'],
      ['evil', 'call_ended'],
      ['evil', 'run_ended'],
    ])
    expect(hash).toBe(createHash('sha256').update(JSON.stringify(first)).digest('hex'))
  })

  it('has who signed in and out, what was turned away by the minute, and what was taken back by whom [OPS-04]', async () => {
    const clock = createManualClock()
    await using fixture = await startFixture({ config: { starterTools: false }, parts: { clock } })
    const { url } = fixture
    const [ann, tom] = [await signIn(url, 'Ann'), await signIn(url, 'Tom')]
    for (const bad of ['x', 'y', 'z']) await fetch(`${url}/v1/me`, { headers: bearer(bad) })
    await knock(url, { ticket: 'nobody-issued-this' })
    await fetch(`${url}/v1/me`)
    await postJson(`${url}/v1/revocations`, { user: 'bob' }, bearer(ann.token))
    await postJson(`${url}/v1/sign-out`, { everywhere: true }, bearer(tom.token))
    await clock.advance(60_000)

    const entries = await auditOf(url, ann.token)

    const said = entries.map(({ kind, user, by, outcome, facts }) => [kind, user, by, outcome, facts.count ?? null])
    expect(said.toReversed()).toEqual([
      ['server_started', null, null, null, null],
      ['signed_in', 'ann', null, null, null],
      ['signed_in', 'tom', null, null, null],
      ['credentials_revoked', 'bob', 'ann', null, null],
      ['signed_out', 'tom', null, null, null],
      ['access_refused', null, null, 'TOKEN_MALFORMED', 3],
      ['access_refused', null, null, 'TICKET_REFUSED', 1],
    ])
  })

  it('is for the role, and that somebody without it asked is on record [OPS-04]', async () => {
    const clock = createManualClock(Date.now())
    await using fixture = await startFixture({ env: { TOOLCRIB_JWT_SECRET: secret }, parts: { clock } })
    const asked = { headers: bearer(await tokenOf({ user: 'nosy' })) }

    const [page, file] = [
      await fetch(`${fixture.url}/v1/operations/audit`, asked),
      await fetch(`${fixture.url}/v1/operations/audit.jsonl`, asked),
    ]
    await clock.advance(60_000)

    const [entry] = await auditOf(fixture.url, await tokenOf({ roles: ['operator'] }))
    expect([page.status, file.status]).toEqual([403, 403])
    const said = { kind: 'access_refused', tenant: 'acme', user: 'nosy', outcome: 'OPERATOR_REQUIRED' }
    expect(entry).toMatchObject({ ...said, facts: { count: 2 } })
  })

  it('is read page by page, and in one file of JSON lines with the same filters [OPS-04]', async () => {
    await using fixture = await startFixture({ config: { starterTools: false, limits: { signInsPerMinute: 10_000 } } })
    const { url } = fixture
    const tokens = []
    for (let count = 1; count <= 25; count++) tokens.push((await signIn(url, `user ${count}`)).token)
    const token = tokens[0] ?? ''
    const page = async (asked: Asked) => {
      const query = new URLSearchParams({ kinds: 'signed_in', ...asked })
      const response = await fetch(`${url}/v1/operations/audit?${query}`, { headers: bearer(token) })
      return (await response.json()) as { readonly entries: readonly SeenAuditEntry[]; readonly next: number | null }
    }

    const first = await page({ limit: '10' })
    const second = await page({ limit: '10', before: `${first.next}` })
    const third = await page({ limit: '10', before: `${second.next}` })
    const since = await page({ after: `${first.entries[2]?.number}` })
    const file = await fetch(`${url}/v1/operations/audit.jsonl?kinds=signed_in`, { headers: bearer(token) })
    const lines = (await file.text()).trimEnd().split('\n')

    const all = [...first.entries, ...second.entries, ...third.entries]
    expect(all.map(({ user }) => user)).toEqual(Array.from({ length: 25 }, (_, index) => `user-${25 - index}`))
    expect(third.next).toBeNull()
    expect(since.entries).toEqual(first.entries.slice(0, 2))
    expect(lines.map((line) => JSON.parse(line))).toEqual(all)
    expect(file.headers.get('content-type')).toBe('application/jsonl; charset=utf-8')
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="audit.jsonl"')
  })

  it('refuses what it does not know, with its path [OPS-04]', async () => {
    await using fixture = await startFixture({ config: { starterTools: false } })
    const { token } = await signIn(fixture.url, 'ann')
    const refusal = async (query: string) => {
      const response = await fetch(`${fixture.url}/v1/operations/${query}`, { headers: bearer(token) })
      const { error } = (await response.json()) as { error: { code: string; paths: readonly { path: string }[] } }
      return [response.status, error.code, error.paths[0]?.path]
    }

    expect(await refusal('audit?kinds=signed_in,nonsense')).toEqual([400, 'REQUEST_INVALID', '/kinds/1'])
    expect(await refusal('audit?limit=501')).toEqual([400, 'REQUEST_INVALID', '/limit'])
    expect(await refusal('audit?limit=0')).toEqual([400, 'REQUEST_INVALID', '/limit'])
    expect(await refusal('audit?before=-1')).toEqual([400, 'REQUEST_INVALID', '/before'])
    expect(await refusal(`audit?user=${'x'.repeat(257)}`)).toEqual([400, 'REQUEST_INVALID', '/user'])
    expect(await refusal('audit.jsonl?limit=5')).toEqual([400, 'REQUEST_INVALID', ''])
  })

  it('says when the server was started and stopped, and by its fingerprint whether its configuration changed [OPS-04]', async () => {
    await using place = await temporaryFolder()
    const start = async (limits: object) => {
      const written = { port: 0, logLevel: 'silent', limits }
      const config = parseConfig(written, { env: {}, folder: place.folder })
      await using server = await startServer(config)
      const { token } = await signIn(server.url, 'ann')
      return await auditOf(server.url, token, { kinds: 'server_started,server_stopped' })
    }

    const [once, same] = [await start({ maxSteps: 5 }), await start({ maxSteps: 5 })]
    const other = await start({ maxSteps: 6 })

    const configurations = other.filter(({ kind }) => kind === 'server_started').map(({ facts }) => facts.configuration)
    expect([once, same, other].map(({ length }) => length)).toEqual([1, 3, 5])
    expect(other.map(({ kind }) => kind)).toEqual([
      'server_started',
      'server_stopped',
      'server_started',
      'server_stopped',
      'server_started',
    ])
    expect(configurations[1]).toBe(configurations[2])
    expect(configurations[0]).not.toBe(configurations[1])
  })
})
