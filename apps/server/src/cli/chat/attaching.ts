/**
 * Files that wait for the next message. The law: what the server did not take is not sent, and what was sent is not sent
 * again.
 *
 * @module
 */
import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Client } from 'toolcrib/client'
import { type AttachmentPart, attachmentNameOf, type SentPart } from 'toolcrib/protocol'

export interface Attaching {
  readonly waiting: readonly AttachmentPart[]
  /** Puts a file at the server, for the next message. Rejects with why not. */
  add(path: string): Promise<AttachmentPart>
  /** Sends by `send` what was written with what waits; what is refused goes on waiting. */
  sendWith<T>(text: string, send: (parts: readonly SentPart[]) => Promise<T>): Promise<T>
  /** Takes back what waits. */
  drop(): Promise<void>
}

/** No server may be told to take more. */
const MAX_BYTES = 67_108_864

export function createAttaching({ client, folder }: { readonly client: Client; readonly folder: string }): Attaching {
  let waiting: readonly AttachmentPart[] = []

  return {
    get waiting() {
      return waiting
    },
    async add(path) {
      const file = resolve(folder, path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)
      const found = await stat(file).catch(() => undefined)
      if (!found?.isFile()) throw new Error(`There is no file ${file}`)
      if (found.size > MAX_BYTES) throw new Error(`${file} has ${found.size} bytes, no server takes so many`)
      const part = await client.attach(new Uint8Array(await readFile(file)), attachmentNameOf(basename(file)))
      waiting = [...waiting, part]
      return part
    },
    async sendWith(text, send) {
      const sending = waiting
      const written: readonly SentPart[] = text === '' ? [] : [{ type: 'text', text }]
      const sent = await send([...written, ...sending])
      waiting = waiting.filter((part) => !sending.includes(part))
      return sent
    },
    async drop() {
      const dropped = waiting
      waiting = []
      await Promise.all(dropped.map(({ attachmentId }) => client.detach(attachmentId)))
    },
  }
}
