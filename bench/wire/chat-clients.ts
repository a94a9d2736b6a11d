/** Many people in one process, each in a chat of its own, who say something, wait for the end, and say something again. @module */
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerFrame } from 'toolcrib/protocol'
import { answerParent, stamp } from './processes.ts'
import { connectMany, connectRaw, createFrameReader, type RawClient } from './raw-client.ts'

export interface Arrival {
  /** `threadId:seq` */
  readonly key: string
  /** As the event says. */
  readonly at: number
  readonly arrivedAt: number
}

export interface Heard {
  /** From sending to the first event, milliseconds. */
  readonly firstMs: readonly number[]
  readonly arrivals: readonly Arrival[]
  readonly elapsedMs: number
  /** All frames of the first chat's first round, as they came. */
  readonly sample: readonly string[]
}

interface Chat {
  readonly client: RawClient
  threadId: string
  onFrame: (frame: ServerFrame, text: string, arrivedAt: number) => void
}

const chatsOf = new Map<number, readonly Chat[]>()

const answers = {
  /** `opens`: makes a thread and opens it first, which only Toolcrib knows. */
  async connect({
    port,
    count,
    opens,
  }: {
    readonly port: number
    readonly count: number
    readonly opens: boolean
  }): Promise<void> {
    const chats: Chat[] = []
    await connectMany(count, async (index) => {
      // A hello that comes with the upgrade's answer is nobody's yet.
      let chat: Chat | undefined
      const read = createFrameReader((text) => chat?.onFrame(JSON.parse(text) as ServerFrame, text, arrivedAt))
      let arrivedAt = 0
      const client = await connectRaw({
        port,
        user: `user-${index}`,
        onBytes: (bytes) => {
          arrivedAt = stamp()
          read(bytes)
        },
      })
      chat = { client, threadId: '', onFrame: () => {} }
      chats[index] = chat
      return client
    })
    chatsOf.set(port, chats)
    if (opens) await Promise.all(chats.map(openThread))
  },
  async talk({
    port,
    rounds,
    spreadMs,
  }: {
    readonly port: number
    readonly rounds: number
    readonly spreadMs: number
  }): Promise<Heard> {
    const chats = chatsOf.get(port) ?? []
    const startedAt = stamp()
    const heard = await Promise.all(
      chats.map(async (chat, index) => {
        if (spreadMs > 0) await delay((index / chats.length) * spreadMs)
        return talkInOne(chat, rounds)
      }),
    )
    return {
      firstMs: heard.flatMap(({ firstMs }) => firstMs),
      arrivals: heard.flatMap(({ arrivals }) => arrivals),
      elapsedMs: stamp() - startedAt,
      sample: heard[0]?.sample ?? [],
    }
  },
}
export type ChatClients = typeof answers
answerParent(answers)

async function openThread(chat: Chat): Promise<void> {
  const { thread } = await ask(chat, { type: 'thread.create', title: 'a chat' })
  chat.threadId = thread?.threadId ?? ''
  await ask(chat, { type: 'thread.open', threadId: chat.threadId, after: 0 })
}

function ask(chat: Chat, command: object): Promise<{ readonly thread?: { readonly threadId: string } }> {
  return new Promise((resolve, reject) => {
    chat.onFrame = (frame, text) => {
      if (frame.type === 'ok') resolve('thread' in frame ? { thread: frame.thread } : {})
      if (frame.type === 'error') reject(new Error(text))
    }
    chat.client.sendText(JSON.stringify({ id: 'ask', ...command }))
  })
}

async function talkInOne(chat: Chat, rounds: number): Promise<Omit<Heard, 'elapsedMs'>> {
  const firstMs: number[] = []
  const arrivals: Arrival[] = []
  const sample: string[] = []
  for (let round = 0; round < rounds; round++) {
    await new Promise<void>((resolve, reject) => {
      let isFirst = true
      const command = {
        id: `m${round}`,
        type: 'message.send',
        threadId: chat.threadId,
        parts: [{ type: 'text', text: 'add them up' }],
        idempotencyKey: crypto.randomUUID(),
      }
      const sentAt = stamp()
      chat.onFrame = (frame, text, arrivedAt) => {
        if (round === 0) sample.push(text)
        if (frame.type === 'error') return reject(new Error(text))
        if (frame.type !== 'event') return
        if (isFirst) firstMs.push(arrivedAt - sentAt)
        isFirst = false
        arrivals.push({ key: `${frame.threadId}:${frame.seq}`, at: frame.at, arrivedAt })
        if (frame.event.type === 'agent_completed') resolve()
      }
      chat.client.sendText(JSON.stringify(command))
    })
  }
  return { firstMs, arrivals, sample }
}
