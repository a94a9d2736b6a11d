/**
 * Somebody who comes, says something and goes. The law: they are told apart by nothing but their token, and nobody comes
 * twice.
 *
 * @module
 */
import { issueToken, sessionSecret } from '../../apps/server/src/auth/sessions.ts'
import { connectRaw, createFrameReader, type RawClient } from './raw-client.ts'

export interface Place {
  readonly port: number
  readonly dataFolder: string
}

export interface Visit {
  readonly client: RawClient
  readonly threadId: string
  /** Sends a message, and resolves with the first event of that type. */
  say(text: string, until: string): Promise<void>
}

type Frame = Readonly<Record<string, unknown>> & { readonly event?: { readonly type: string } }

const hourMs = 3_600_000

/** Connects, makes a thread and opens it. */
export async function visit({ port, dataFolder }: Place, user: string): Promise<Visit> {
  const principal = { tenant: 'local', user, roles: ['user'], scopes: [] }
  const { token } = await issueToken(await sessionSecret(dataFolder), { principal, ttlMs: hourMs, now: Date.now() })
  let hear: (frame: Frame) => void = () => {}
  const read = createFrameReader((text) => hear(JSON.parse(text) as Frame))
  const client = await connectRaw({ port, user: token, onBytes: read })

  function next(matches: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      hear = (frame) => {
        if (frame.type === 'error' || frame.type === 'goodbye') reject(new Error(JSON.stringify(frame)))
        if (matches(frame)) resolve(frame)
      }
    })
  }

  function ask(id: string, command: object): Promise<Frame> {
    const answer = next((frame) => frame.id === id)
    client.sendText(JSON.stringify({ id, ...command }))
    return answer
  }

  const { threadId } = await ask('create', { type: 'thread.create', title: 'A visit' })
  await ask('open', { type: 'thread.open', threadId, after: 0 })
  return {
    client,
    threadId: String(threadId),
    async say(text, until) {
      const told = next(({ event }) => event?.type === until)
      const parts = [{ type: 'text', text }]
      client.sendText(
        JSON.stringify({ id: 'say', type: 'message.send', threadId, parts, idempotencyKey: crypto.randomUUID() }),
      )
      await told
    },
  }
}
