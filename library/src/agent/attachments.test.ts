import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { createAttachments, defaultAttachmentLimits, UNUSED_MS } from './attachments.ts'
import type { AttachmentStore, Model } from './ports.ts'
import { createShownAttachments } from './shown-attachments.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3)
const fileSignatures = {
  png,
  jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
  gif: text('GIF89a…'),
  webp: Uint8Array.of(0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50),
}

function createKeeper(limits: Partial<typeof defaultAttachmentLimits> = {}) {
  const store = createMemoryStore()
  const clock = createManualClock()
  const options = { store: store.attachments, clock, limits: { ...defaultAttachmentLimits, ...limits } }
  return { store, clock, attachments: createAttachments(options) }
}

async function codeOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'ok',
    (error: { readonly code: string }) => error.code,
  )
}

describe('a file that is attached', () => {
  it('is what its bytes are, whatever its name says', async () => {
    const { attachments } = createKeeper()
    const typeOf = async (name: string, data: Uint8Array): Promise<string> =>
      (await attachments.attach(ann, { name, data })).mediaType

    expect({
      png: await typeOf('a.txt', fileSignatures.png),
      jpeg: await typeOf('a', fileSignatures.jpeg),
      gif: await typeOf('a.png', fileSignatures.gif),
      webp: await typeOf('a.html', fileSignatures.webp),
      svg: await typeOf('a.svg', text('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')),
      html: await typeOf('a.png', text('<!doctype html><script>1</script>')),
      umlauts: await typeOf('a.csv', text('Größe;1\r\n\tNaïve\n')),
    }).toEqual({
      png: 'image/png',
      jpeg: 'image/jpeg',
      gif: 'image/gif',
      webp: 'image/webp',
      svg: 'text/plain',
      html: 'text/plain',
      umlauts: 'text/plain',
    })
  })

  it('is refused when it is neither an image nor text', async () => {
    const { attachments } = createKeeper()
    const attempt = (data: Uint8Array): Promise<unknown> => codeOf(attachments.attach(ann, { name: 'a.png', data }))

    const refused = await Promise.all([
      attempt(new Uint8Array()),
      attempt(png.subarray(0, 7)),
      attempt(text('a\u0000b')),
      attempt(text('\u001b[2J')),
      attempt(Uint8Array.of(0xc3, 0x28)),
      attempt(Uint8Array.of(0xff, 0xfe, 0x61, 0x00)),
      attempt(text('%PDF-1.7\u0001')),
    ])

    expect(new Set(refused)).toEqual(new Set(['ATTACHMENT_TYPE_REFUSED']))
  })

  it('has a name that is what it looks like, or is refused', async () => {
    const { attachments } = createKeeper()
    const attempt = (name: string): Promise<unknown> => codeOf(attachments.attach(ann, { name, data: text('a') }))

    const hostile = ['../../etc/passwd', 'C:\\a.txt', 'a\nb', 'a\u0000.txt', 'x\u202egnp.exe', '\u2066a', '..', '', ' ']
    const harmless = [
      'a.txt',
      'Über “uns”.txt',
      'שלום.txt',
      '報告書.txt',
      '👩‍🚀.txt',
      '__proto__',
      '.env',
      'a%2fb;c=d"',
    ]

    expect(await Promise.all([...hostile, '\ud800', 'x'.repeat(201)].map(attempt))).toEqual(
      Array.from({ length: 11 }, () => 'ATTACHMENT_NAME_INVALID'),
    )
    expect(await Promise.all([...harmless, 'x'.repeat(200)].map(attempt))).toEqual(
      Array.from({ length: 9 }, () => 'ok'),
    )
  })

  it('may be as large as its kind may be, and no larger [CALL-07]', async () => {
    const { attachments } = createKeeper({ maxImageBytes: 11, maxTextFileBytes: 5 })
    const attempt = (data: Uint8Array): Promise<unknown> => codeOf(attachments.attach(ann, { name: 'a', data }))

    expect(await attempt(png)).toBe('ok')
    expect(await attempt(Uint8Array.of(...png, 4))).toBe('ATTACHMENT_TOO_LARGE')
    expect(await attempt(text('12345'))).toBe('ok')
    expect(await attempt(text('123456'))).toBe('ATTACHMENT_TOO_LARGE')
  })

  it('is its owner’s and nobody else’s [RUN-06]', async () => {
    const { attachments } = createKeeper()
    const { attachmentId } = await attachments.attach(ann, { name: 'a.png', data: png })

    const mine = await attachments.open(ann, attachmentId)
    const stranger = [
      await codeOf(attachments.open(bob, attachmentId)),
      await codeOf(attachments.detach(bob, attachmentId)),
      await codeOf(attachments.resolve(bob, 'thr_1', [{ type: 'attachment', attachmentId }])),
    ]

    expect(mine).toMatchObject({ attachmentId, name: 'a.png', mediaType: 'image/png', bytes: 11 })
    expect(await Array.fromAsync(mine.pieces())).toEqual([png])
    expect(stranger).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
  })

  it('is forgotten a day later, when another is attached, unless a message names it', async () => {
    const { attachments, clock } = createKeeper()
    const { attachmentId } = await attachments.attach(ann, { name: 'old.png', data: png })
    await clock.advance(UNUSED_MS)
    await attachments.attach(ann, { name: 'in time.png', data: png })
    const inTime = await codeOf(attachments.open(ann, attachmentId))
    await clock.advance(1)

    await attachments.attach(ann, { name: 'late.png', data: png })

    expect([inTime, await codeOf(attachments.open(ann, attachmentId))]).toEqual(['ok', 'NOT_FOUND'])
  })
})

describe('a message with attachments', () => {
  it('names what they are, whatever its sender says, and may be nothing else than an attachment', async () => {
    await using bench = createAgentBench({ script: [{ text: 'Nice.' }, { text: 'Again.' }] })
    const { supervisor } = bench
    const { threadId } = await supervisor.createThread(ann)
    const { attachmentId } = await supervisor.attach(ann, { name: 'cat.png', data: png })
    const lie = { type: 'attachment', attachmentId, name: 'dog.exe', mediaType: 'text/html', bytes: 0 } as const

    const { runId } = await supervisor.send(ann, { threadId, parts: [lie], idempotencyKey: 'k' })
    const { events } = await bench.finish({ threadId, runId, principal: ann })
    await supervisor[Symbol.asyncDispose]()

    expect(events[0]?.event).toMatchObject({
      type: 'message_added',
      parts: [{ type: 'attachment', attachmentId, name: 'cat.png', mediaType: 'image/png', bytes: 11 }],
    })
    expect(await bench.store.threads.get(ann, threadId)).toMatchObject({ title: 'cat.png' })
  })

  it('is refused when it has too many, nothing at all, or one that its sender does not own [CALL-07]', async () => {
    await using bench = createAgentBench({ supervisor: { attachmentLimits: { maxAttachmentsPerMessage: 2 } } })
    const { supervisor } = bench
    const { threadId } = await supervisor.createThread(ann)
    const mine = await supervisor.attach(ann, { name: 'a.png', data: png })
    const theirs = await supervisor.attach(bob, { name: 'b.png', data: png })
    const send = (...ids: readonly string[]): Promise<unknown> => {
      const parts = ids.map((attachmentId) => ({ type: 'attachment', attachmentId }) as const)
      return codeOf(supervisor.send(ann, { threadId, parts, idempotencyKey: 'k' }))
    }

    expect(await send()).toBe('MESSAGE_EMPTY')
    expect(await send(mine.attachmentId, theirs.attachmentId)).toBe('NOT_FOUND')
    expect(await send('att_none')).toBe('NOT_FOUND')
    expect(await send(mine.attachmentId, mine.attachmentId, mine.attachmentId)).toBe('ATTACHMENTS_LIMIT')
    expect(await bench.events(threadId)).toEqual([])
  })

  it('holds its attachments as long as its thread is there, and takes them with it', async () => {
    await using bench = createAgentBench({ script: [{ text: 'One.' }, { text: 'Two.' }] })
    const { supervisor } = bench
    const { attachmentId } = await supervisor.attach(ann, { name: 'a.png', data: png })
    const ask = async (): Promise<string> => {
      const { threadId } = await supervisor.createThread(ann, { title: 'T' })
      const parts = [{ type: 'attachment', attachmentId }] as const
      const { runId } = await supervisor.send(ann, { threadId, parts, idempotencyKey: 'k' })
      await bench.finish({ threadId, runId, principal: ann })
      return threadId
    }
    const [first, second] = [await ask(), await ask()]

    const inUse = await codeOf(supervisor.deleteAttachment(ann, attachmentId))
    await supervisor.deleteThread(ann, first)
    const shared = await codeOf(supervisor.openAttachment(ann, attachmentId))
    await supervisor.deleteThread(ann, second)

    expect([inUse, shared]).toEqual(['ATTACHMENT_IN_USE', 'ok'])
    expect(await codeOf(supervisor.openAttachment(ann, attachmentId))).toBe('NOT_FOUND')
  })

  it('shows them to the model when it is asked, again with each message, and keeps no bytes in the log', async () => {
    const model = seeing(createScriptedModel([{ text: 'A cat.' }, { text: 'Still a cat.' }]), ['image/png'])
    await using bench = createAgentBench({ model })
    const { supervisor } = bench
    const { threadId } = await supervisor.createThread(ann, { title: 'T' })
    const image = await supervisor.attach(ann, { name: 'cat.png', data: png })
    const notes = await supervisor.attach(ann, { name: 'notes.txt', data: text('Delete every note.') })
    const say = async (key: string, ids: readonly string[]): Promise<void> => {
      const parts = ids.map((attachmentId) => ({ type: 'attachment', attachmentId }) as const)
      const words = { type: 'text', text: key } as const
      const { runId } = await supervisor.send(ann, { threadId, parts: [words, ...parts], idempotencyKey: key })
      await bench.finish({ threadId, runId, principal: ann })
    }

    await say('What is it?', [image.attachmentId, notes.attachmentId])
    await say('Sure?', [])

    const shown = [
      { type: 'text', text: 'What is it?' },
      { type: 'attachment', ...image, content: { type: 'image', data: png } },
      { type: 'attachment', ...notes, content: { type: 'text', text: 'Delete every note.', cut: false } },
    ]
    expect(model.requests.map(({ messages }) => messages[0])).toEqual([
      { role: 'user', parts: shown },
      { role: 'user', parts: shown },
    ])
    expect(JSON.stringify(await bench.events(threadId))).not.toMatch(/Delete every note|content/)
  })
})

describe('a model', () => {
  const part = (name: string, mediaType: string, data: Uint8Array) => ({
    type: 'attachment' as const,
    attachmentId: `att_${name}`,
    name,
    mediaType,
    bytes: data.length,
    data,
  })
  const files = [
    part('1', 'image/png', png),
    part('2', 'text/plain', text('x'.repeat(100_001))),
    part('3', 'image/gif', fileSignatures.gif),
  ]
  const unread = (): never => {
    throw new Error('not asked')
  }

  /** What a model that sees PNG images is shown of the files, all in one message. */
  async function shownOf(
    read: AttachmentStore['read'],
    { maxPromptAttachmentBytes = 1e9, cacheBytes = 1e9, times = 1 } = {},
  ): Promise<unknown> {
    const warned: object[] = []
    const nothing = (): void => {}
    const logger = { debug: nothing, info: nothing, error: nothing, warn: (fields: object) => void warned.push(fields) }
    const store = { put: unread, get: unread, delete: unread, read }
    const { shownTo } = createShownAttachments({ store, logger, maxPromptAttachmentBytes, cacheBytes })
    const scripted = seeing(
      createScriptedModel(() => ({ text: 'Hm.' })),
      ['image/png'],
    )
    const parts = files.map(({ data: _data, ...facts }) => facts)
    const request = {
      instructions: '',
      messages: [{ role: 'user', parts }] as const,
      tools: [],
      now: 0,
      signal: new AbortController().signal,
    }
    for (let time = 1; time <= times; time++) for await (const _part of shownTo(scripted, ann).stream(request));
    const [message] = scripted.requests.at(-1)?.messages ?? []
    return message?.role === 'user' ? message.parts.map((one) => 'content' in one && one.content) : message
  }

  const stored: AttachmentStore['read'] = async (_owner, id) => files.find((file) => file.attachmentId === id)?.data

  it('gets images that it can look at and the beginning of long texts, and is told what it does not get', async () => {
    expect(await shownOf(stored)).toEqual([
      { type: 'image', data: png },
      { type: 'text', text: 'x'.repeat(100_000), cut: true },
      { type: 'withheld', reason: 'this model cannot look at images of the type image/gif' },
    ])
  })

  it('is told what was removed, and what cannot be read at the moment', async () => {
    const failing: AttachmentStore['read'] = async (_owner, id) => {
      if (id === 'att_1') throw new Error('disk gone')
      return undefined
    }

    expect(await shownOf(failing)).toMatchObject([
      { type: 'withheld', reason: 'it could not be read at the moment' },
      { type: 'withheld', reason: 'it was removed' },
      { type: 'withheld' },
    ])
  })

  it('gets the newest as far as there is room, and is told of the rest [CALL-07]', async () => {
    expect(await shownOf(stored, { maxPromptAttachmentBytes: 100_001 })).toMatchObject([
      { type: 'withheld', reason: 'newer attachments take all the room that there is' },
      { type: 'text', cut: true },
      { type: 'withheld' },
    ])
  })

  it('is shown again what was read once, as long as there is room to remember it', async () => {
    const reads: string[] = []
    const counted: AttachmentStore['read'] = async (owner, id) => {
      reads.push(id)
      return stored(owner, id)
    }

    await shownOf(counted, { times: 3 })
    const remembered = reads.splice(0)
    await shownOf(counted, { times: 2, cacheBytes: 11 })

    expect(remembered).toEqual(['att_1', 'att_2'])
    expect(reads).toEqual(['att_1', 'att_2', 'att_2'])
  })

  it('is whatever else it was: its name, its window, its price', async () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const options = { store: createMemoryStore().attachments, logger, maxPromptAttachmentBytes: 1 }
    class Priced implements Model {
      readonly name = 'priced'
      readonly #window = 7
      get contextTokens(): number {
        return this.#window
      }
      stream = unread
    }

    const shown = createShownAttachments(options).shownTo(new Priced(), ann)

    expect([shown.name, shown.contextTokens]).toEqual(['priced', 7])
  })
})

function seeing<M extends Model>(model: M, accepts: readonly string[]): M {
  return { ...model, accepts }
}
