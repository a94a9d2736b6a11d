import { SignJWT } from 'jose'
import type { OperationsQuestion, OperationsReply } from 'toolcrib/operations'
import type { Failure } from 'toolcrib/protocol'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { ask, bearer, connectClient, type ServerFixture, startFixture } from '../server.fixture.ts'
import { parsePlace } from './runs.ts'

const secret = 'a-shared-secret-of-more-than-32-bytes'
const env = { TOOLCRIB_JWT_SECRET: secret }
const operator = { sub: 'olga', roles: ['user', 'operator'] }

function sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = Date.now() / 1_000
  const payload = { tenant: 'acme', roles: ['user'], name: 'Ann', iat: now, exp: now + 600, ...claims }
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))
}

function startHouse(
  operatorTenants: 'own' | 'all' = 'own',
  text: string | readonly string[] = 'Hello',
): Promise<ServerFixture> {
  const model = createScriptedModel(() => ({ text }))
  return startFixture({ env, config: { auth: { operatorTenants } }, parts: { model } })
}

/** Somebody of a tenant sends a message, and it is answered. */
async function chat(url: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const client = connectClient(url, await sign(claims))
  const { threadId } = await client.createThread()
  const [first] = await ask(client, threadId, 'Is this a secret?')
  client.close()
  return first?.event.type === 'message_added' ? first.event.runId : ''
}

async function question<Q extends OperationsQuestion>(
  url: string,
  path: `${Q}${'' | `?${string}`}`,
  token: string,
): Promise<OperationsReply<Q>> {
  const response = await fetch(`${url}/v1/operations/${path}`, { headers: bearer(token) })
  return (await response.json()) as OperationsReply<Q>
}

async function refusal(url: string, path: string, token: string): Promise<readonly [number, string]> {
  const response = await fetch(`${url}/v1/operations/${path}`, { headers: bearer(token) })
  const { error } = (await response.json()) as { readonly error: Failure }
  return [response.status, error.code]
}

describe('the runs of a house', () => {
  it('are told to operators of their tenant, with what they used and nothing that was said [WEB-03]', async () => {
    await using house = await startHouse()
    const { url } = house
    const runId = await chat(url, { sub: 'ann' })
    await chat(url, { sub: 'bob', tenant: 'elsewhere' })

    const listed = await question<'runs'>(url, 'runs', await sign(operator))

    expect(listed).toMatchObject({ next: null, currency: 'USD', agents: ['assistant'] })
    expect(listed.runs).toMatchObject([
      {
        runId,
        owner: { tenant: 'acme', user: 'ann' },
        name: 'Ann',
        state: 'completed',
        attempts: 1,
        used: { steps: 1 },
      },
    ])
    expect(JSON.stringify(listed)).not.toContain('secret')
  })

  it('of another tenant are not there for an operator, neither listed nor by their id [WEB-03] [RUN-06]', async () => {
    await using house = await startHouse()
    const { url } = house
    const runId = await chat(url, { sub: 'bob', tenant: 'elsewhere' })
    const token = await sign(operator)

    expect(await question<'runs'>(url, `runs?id=${runId}`, token)).toMatchObject({ runs: [], next: null })
    expect(await refusal(url, `run?runId=${runId}`, token)).toEqual([404, 'NOT_FOUND'])
    expect(await refusal(url, 'run?runId=run_none', token)).toEqual([404, 'NOT_FOUND'])
  })

  it('are all told to those who operate all tenants [WEB-03]', async () => {
    await using house = await startHouse('all')
    const { url } = house
    const runIds = [await chat(url, { sub: 'ann' }), await chat(url, { sub: 'bob', tenant: 'elsewhere' })]
    const token = await sign(operator)

    const { runs } = await question<'runs'>(url, 'runs', token)

    expect(new Set(runs.map(({ runId }) => runId))).toEqual(new Set(runIds))
    expect(await question<'run'>(url, `run?runId=${runIds[1]}`, token)).toMatchObject({ run: { runId: runIds[1] } })
  })

  it('are told to nobody without the role [WEB-03]', async () => {
    await using house = await startHouse()
    const { url } = house
    const runId = await chat(url, { sub: 'ann' })
    const token = await sign({ sub: 'ann' })

    expect(await refusal(url, 'runs', token)).toEqual([403, 'OPERATOR_REQUIRED'])
    expect(await refusal(url, `run?runId=${runId}`, token)).toEqual([403, 'OPERATOR_REQUIRED'])
  })

  it('come in pages, by the place that the page before names [WEB-03]', async () => {
    await using house = await startHouse()
    const { url } = house
    const runIds = [await chat(url, { sub: 'ann' }), await chat(url, { sub: 'bob' }), await chat(url, { sub: 'ann' })]
    const token = await sign(operator)

    const first = await question<'runs'>(url, 'runs?limit=2', token)
    const second = await question<'runs'>(url, `runs?limit=2&after=${first.next}`, token)

    expect([first, second].map(({ runs }) => runs.length)).toEqual([2, 1])
    expect(new Set([...first.runs, ...second.runs].map(({ runId }) => runId))).toEqual(new Set(runIds))
    expect(second.next).toBeNull()
  })

  it.each(['runs?state=sleeping', 'runs?limit=0', 'runs?limit=201', 'runs?after=here', 'runs?from=x', 'runs?tool=a'])(
    'are not asked for as %s [WEB-03]',
    async (path) => {
      await using house = await startHouse()

      expect(await refusal(house.url, path, await sign(operator))).toEqual([400, 'REQUEST_INVALID'])
    },
  )
})

describe('a run', () => {
  it('is its own events, in pages that are no larger than can be read [WEB-03]', async () => {
    await using house = await startHouse('own', ['x'.repeat(700_000), 'y'.repeat(700_000), 'z'])
    const { url } = house
    const runId = await chat(url, { sub: 'ann' })
    const token = await sign(operator)

    const first = await question<'run'>(url, `run?runId=${runId}`, token)
    const second = await question<'run'>(url, `run?runId=${runId}&after=${first.readTo}`, token)

    expect(first).toMatchObject({ more: true, run: { runId } })
    expect(first.events[0]).toMatchObject({ seq: 1, event: { type: 'message_added' } })
    expect(second.events[0]?.seq).toBe((first.events.at(-1)?.seq ?? 0) + 1)
    expect(JSON.stringify(first).length).toBeLessThan(2_200_000)
  })

  it('that somebody looks at is on record, once for as long as they look, and not when they may not [OPS-04]', async () => {
    await using house = await startHouse()
    const { url } = house
    const runId = await chat(url, { sub: 'ann' })
    const token = await sign(operator)
    const stranger = await sign({ ...operator, tenant: 'elsewhere' })

    await question<'run'>(url, `run?runId=${runId}&limit=1`, token)
    await question<'run'>(url, `run?runId=${runId}&after=1`, token)
    await refusal(url, `run?runId=${runId}`, stranger)
    await question<'run'>(url, `run?runId=${runId}`, await sign({ ...operator, sub: 'oskar' }))

    const { entries } = await question<'audit'>(url, 'audit?kinds=looked', token)
    expect(entries.map(({ user, by, runId: of }) => [user, by, of])).toEqual([
      ['ann', 'oskar', runId],
      ['ann', 'olga', runId],
    ])
  })
})

describe('a place in the list', () => {
  it.each(['', 'here', '1', '1.', '.run_1', '-1.run_1', `1.${'x'.repeat(201)}`])('is not "%s" [WEB-03]', (text) => {
    expect(parsePlace(text)).toBeUndefined()
  })
})
