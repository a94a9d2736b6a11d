/** Many connections that count bytes and do nothing else. @module */
import { setTimeout as delay } from 'node:timers/promises'
import { answerParent, stamp } from './processes.ts'
import { connectMany, connectRaw, type RawClient } from './raw-client.ts'

export interface Connecting {
  readonly port: number
  readonly count: number
  /** The connections are spread over so many users. */
  readonly users: number
  /** Sent once, by each. */
  readonly firstText?: string
}

const groups = new Map<number, { readonly clients: readonly RawClient[]; bytes: number; lastAt: number }>()

const answers = {
  async connect({ port, count, users, firstText }: Connecting): Promise<void> {
    const group = { clients: [] as readonly RawClient[], bytes: 0, lastAt: 0 }
    groups.set(port, group)
    const onBytes = (bytes: Buffer): void => {
      group.bytes += bytes.length
      group.lastAt = stamp()
    }
    group.clients = await connectMany(count, (index) => connectRaw({ port, user: `user-${index % users}`, onBytes }))
    if (firstText !== undefined) for (const client of group.clients) client.sendText(firstText)
  },
  /** Resolves when nothing has come for a while: with the bytes so far, and when the last of them came. */
  async quiet({
    port,
    forMs,
  }: {
    readonly port: number
    readonly forMs: number
  }): Promise<{ readonly bytes: number; readonly lastAt: number }> {
    for (;;) {
      const { bytes = 0, lastAt = 0 } = groups.get(port) ?? {}
      if (stamp() - lastAt >= forMs) return { bytes, lastAt }
      await delay(forMs / 4)
    }
  },
  close({ port }: { readonly port: number }): void {
    for (const client of groups.get(port)?.clients ?? []) client.destroy()
    groups.delete(port)
  },
}
export type CountingClients = typeof answers
answerParent(answers)
