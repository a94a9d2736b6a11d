/**
 * How each limit of attachments is reached, from outside. The law: as with the others, at the limit first, then one beyond.
 *
 * @module
 */
import { request } from 'node:http'
import type { AttachmentLimits } from 'toolcrib/agent'
import type { HostLimits } from 'toolcrib/gateway'
import { createScriptedModel } from 'toolcrib/testing'
import { bearer, postJson } from '../../apps/server/src/server.fixture.ts'
import type { Drivers } from './gateway-drivers.ts'
import { type LimitedServer, startLimited, wordOf } from './limited-server.ts'

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export const attachmentDrivers: Drivers<keyof AttachmentLimits> = {
  async maxImageBytes() {
    await using limited = await startLimited({ limits: { maxImageBytes: 1_024 } })
    return `${await put(limited, 'ann', image(1_024))}, then ${await put(limited, 'ann', image(1_025))}`
  },

  async maxTextFileBytes() {
    await using limited = await startLimited({ limits: { maxTextFileBytes: 1_024 } })
    return `${await put(limited, 'ann', 'x'.repeat(1_024))}, then ${await put(limited, 'ann', 'x'.repeat(1_025))}`
  },

  async maxAttachmentsPerMessage() {
    await using limited = await startLimited({ limits: { maxAttachmentsPerMessage: 2 } })
    const part = { type: 'attachment', attachmentId: await idOf(limited, 'ann', 'x') }
    const send = async (count: number): Promise<string> => {
      const { threadId } = await limited.server.supervisor.createThread(await limited.principal('ann'))
      return limited.post(`/v1/threads/${threadId}/messages`, 'ann', { parts: Array(count).fill(part) })
    }
    return `${await send(2)}, then ${await send(3)}`
  },

  async maxAttachmentBytesPerUser() {
    await using limited = await startLimited({ limits: { maxAttachmentBytesPerUser: 10 } })
    const words = [await put(limited, 'ann', 'x'.repeat(10)), await put(limited, 'bob', 'x')]
    return [...words, await put(limited, 'ann', 'x')].join(', ')
  },

  async maxPromptAttachmentBytes() {
    const model = createScriptedModel(() => ({ text: 'Hello.' }))
    await using limited = await startLimited({ limits: { maxPromptAttachmentBytes: 3 }, model })
    const parts = [
      { type: 'attachment', attachmentId: await idOf(limited, 'ann', 'old') },
      { type: 'attachment', attachmentId: await idOf(limited, 'ann', 'new') },
    ]
    const socket = await limited.socket('ann')
    const threadId = await socket.openNewThread()
    await postJson(`${limited.url}/v1/threads/${threadId}/messages`, { parts }, bearer(await limited.token('ann')))
    await socket.completed()
    const [asked] = model.requests.at(-1)?.messages ?? []
    const shown = asked?.role === 'user' ? asked.parts : []
    return shown.map((part) => (part.type === 'attachment' ? part.content?.type : part.type)).join(', then ')
  },
}

export const uploadDrivers: Drivers<keyof Pick<HostLimits, 'maxUploadsPerUser' | 'maxUploadingBytes'>> = {
  async maxUploadsPerUser() {
    await using limited = await startLimited({ limits: { maxUploadsPerUser: 1, commandBurst: 10_000 } })
    return await whileUploading(limited, 10)
  },

  async maxUploadingBytes() {
    await using limited = await startLimited({ limits: { maxUploadingBytes: 1_024, commandBurst: 10_000 } })
    return await whileUploading(limited, 1_024)
  },
}

/** What Ann and Bob are told while a file of hers is on its way in, and what she is told afterwards. */
async function whileUploading(limited: LimitedServer, bytes: number): Promise<string> {
  const headers = { ...bearer(await limited.token('ann')), 'x-attachment-name': 'slow', 'content-length': bytes }
  const slow = request(`${limited.url}/v1/attachments`, { method: 'POST', headers })
  slow.on('error', () => {})
  slow.flushHeaders()
  const mine = await putUntil(limited, (word) => word !== 'ok')
  const other = await put(limited, 'bob', 'x')
  slow.destroy()
  return `${mine}, ${other}, then ${await putUntil(limited, (word) => word === 'ok')}`
}

/** The server learns of the slow one's beginning and end in its own time. */
async function putUntil(limited: LimitedServer, isAwaited: (word: string) => boolean): Promise<string> {
  for (;;) {
    const word = await put(limited, 'ann', 'x')
    if (isAwaited(word)) return word
  }
}

function image(bytes: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(bytes)
  data.set(png)
  return data
}

async function put(limited: LimitedServer, user: string, data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  return wordOf(await send(limited, user, data))
}

async function idOf(limited: LimitedServer, user: string, data: string): Promise<string> {
  const answer = await send(limited, user, data)
  return ((await answer.json()) as { readonly attachmentId: string }).attachmentId
}

async function send(limited: LimitedServer, user: string, body: Uint8Array<ArrayBuffer> | string): Promise<Response> {
  const headers = { ...bearer(await limited.token(user)), 'x-attachment-name': 'file', 'content-type': 'text/x-any' }
  return fetch(`${limited.url}/v1/attachments`, { method: 'POST', headers, body })
}
