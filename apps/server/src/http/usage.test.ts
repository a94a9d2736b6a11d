import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { bearer, connectClient, postJson, signIn, startFixture } from '../server.fixture.ts'

describe('what a user used', () => {
  it('reads the same over HTTP and a socket, and is nobody else’s [CALL-07] [L9]', async () => {
    const usage = { inputTokens: 40, outputTokens: 2 }
    const price = { inputPerMillionTokens: 1, outputPerMillionTokens: 10 }
    const model = createScriptedModel(() => ({ text: 'Hello.', usage }), { price })
    const budgets = [{ per: 'user', window: 'day', resource: 'money', max: 0.5 }] as const
    await using fixture = await startFixture({ config: { budgets, currency: 'EUR' }, parts: { model } })
    const [ann, bob] = [await signIn(fixture.url, 'Ann'), await signIn(fixture.url, 'Bob')]
    await using client = connectClient(fixture.url, ann.token)
    const read = async (token: string): Promise<unknown> =>
      (await fetch(`${fixture.url}/v1/usage`, { headers: bearer(token) })).json()
    const { threadId } = await client.createThread()
    const ended = Promise.withResolvers<void>()
    using _view = client.openThread(threadId, {
      onEvent: ({ event }) => event.type === 'agent_completed' && ended.resolve(),
    })
    await client.send(threadId, 'hello')
    await ended.promise

    const mine = await client.usage()

    expect(mine).toMatchObject({
      currency: 'EUR',
      used: [
        { window: 'hour' },
        { window: 'day', steps: 1, calls: 0, tokens: 42, costMicros: 60 },
        { window: 'month' },
      ],
      budgets: [{ per: 'user', window: 'day', resource: 'money', max: 500_000, used: 60, reserved: 0 }],
    })
    expect(await read(ann.token)).toEqual(mine)
    expect(await read(bob.token)).toMatchObject({ budgets: [{ used: 0 }], used: [{}, { tokens: 0 }, {}] })
  })

  it('is told to nobody who is not signed in, and takes no options [CONN-01]', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')

    const stranger = await fetch(`${fixture.url}/v1/usage`)
    const curious = await fetch(`${fixture.url}/v1/usage?user=bob`, { headers: bearer(token) })
    const posted = await postJson(`${fixture.url}/v1/usage`, {}, bearer(token))

    expect([stranger.status, curious.status, posted.status]).toEqual([401, 400, 404])
  })
})
