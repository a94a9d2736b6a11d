/**
 * Files on their way to the server: over HTTP, because a socket would carry nothing else meanwhile. The law: what a file is
 * is the server's word, and what it refuses is told with its code.
 *
 * @module
 */
import type { AttachmentPart, Failure } from '../protocol/vocabulary.ts'
import type { Client } from './client.ts'
import { ClientError, clientError } from './errors.ts'

export interface ClientAttachments {
  readonly attach: Client['attach']
  readonly detach: Client['detach']
  readonly addressOf: Client['attachmentUrl']
}

export interface ClientAttachmentsOptions {
  /** Of the socket. */
  readonly url: string
  readonly headers: (() => Promise<Readonly<Record<string, string>>>) | undefined
  readonly fetch: typeof globalThis.fetch
}

interface Asked extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>
}

const NAME_HEADER = 'x-attachment-name'

export function createClientAttachments({ url, headers, fetch }: ClientAttachmentsOptions): ClientAttachments {
  const base = new URL('attachments', url.replace(/^ws/, 'http'))

  async function ask(address: URL, type: string, init: Asked): Promise<Response> {
    const given = await headers?.()
    const request = { ...init, redirect: 'error', headers: { ...given, ...init.headers } } as const
    const response = await fetch(address, request).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error
      throw clientError('CONNECTION_LOST', { type })
    })
    if (response.ok) return response
    const failure = failureIn(await response.json().catch(() => undefined))
    throw failure === undefined ? clientError('CONNECTION_LOST', { type }) : new ClientError(failure)
  }

  const addressOf = (attachmentId: string): URL => new URL(`attachments/${encodeURIComponent(attachmentId)}`, base)

  return {
    async attach(file, name, { signal } = {}) {
      const response = await ask(base, 'attach', {
        method: 'POST',
        body: file,
        headers: { 'content-type': 'application/octet-stream', [NAME_HEADER]: encodeURIComponent(name.toWellFormed()) },
        ...(signal === undefined ? {} : { signal }),
      })
      return { type: 'attachment', ...((await response.json()) as Omit<AttachmentPart, 'type'>) }
    },
    async detach(attachmentId) {
      await ask(addressOf(attachmentId), 'detach', { method: 'DELETE' })
    },
    addressOf: (attachmentId) => addressOf(attachmentId).href,
  }
}

/** Undefined: what stands in front of the server answered in its place. */
function failureIn(body: unknown): Failure | undefined {
  const failure = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  const isOurs = typeof failure === 'object' && failure !== null && 'code' in failure && 'message' in failure
  return isOurs ? (failure as Failure) : undefined
}
