/** Rules of the store contract: attachments. @module */
import type { NewRun, Store } from '../../agent/ports.ts'
import { createId } from '../../protocol/ids.ts'
import type { Attachment, AttachmentPart, Owner } from '../../protocol/vocabulary.ts'
import {
  completed,
  newOwner,
  newRun,
  newRunAtWork,
  newThread,
  readEvents,
  refusal,
  START,
  type Suite,
} from './fixtures.ts'

const DAY = 86_400_000

export function attachmentRules({ describe, it, expect, store: shared, fc }: Suite): void {
  describe('attachments', () => {
    it.each([
      ['nothing', new Uint8Array()],
      ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['more than a page', new Uint8Array(100_000).fill(7)],
    ])('keeps %s as it is, whatever happens to the array that was put', async (_what, data) => {
      const store = await shared()
      const owner = newOwner()
      const given = data.slice()

      const putting = put(store, owner, { data: given, name: 'a \ud800 \ufdd0 name' })
      given.fill(1)
      const part = await putting

      const { type: _type, ...facts } = part
      expect(await store.attachments.get(owner, part.attachmentId)).toEqual(facts)
      expect(await store.attachments.read(owner, part.attachmentId)).toEqual(data)
    })

    it('keeps the bytes as they are when they are a part of a larger array, or shared', async () => {
      const store = await shared()
      const owner = newOwner()
      const both = new Uint8Array(new SharedArrayBuffer(4))
      both.set([1, 2, 3, 4])

      const putting = put(store, owner, { data: both.subarray(1, 3) })
      both.fill(9)
      const part = await putting

      expect(await store.attachments.read(owner, part.attachmentId)).toEqual(Uint8Array.of(2, 3))
    })

    it('gives any part of the bytes, also over the seams at which they are kept', async () => {
      const store = await shared()
      const owner = newOwner()
      const data = Uint8Array.from({ length: 600_000 }, (_, at) => at % 251)
      const { attachmentId } = await put(store, owner, { data })

      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 600_010 }),
          fc.integer({ min: 0, max: 600_010 }),
          async (offset, length) => {
            const read = await store.attachments.read(owner, attachmentId, { offset, length })
            expect(read?.length).toBe(Math.max(0, Math.min(data.length - offset, length)))
            expect(Buffer.from(read ?? []).equals(data.subarray(offset, offset + length))).toBe(true)
          },
        ),
        {
          numRuns: 40,
          examples: [
            [262_143, 2],
            [262_144, 262_144],
            [0, 262_144],
            [600_000, 1],
          ],
        },
      )
    })

    it('refuses what goes beyond all that an owner may hold, and takes what just fits [CALL-07]', async () => {
      const store = await shared()
      const owner = newOwner()
      await put(store, owner, { data: new Uint8Array(60), maxTotalBytes: 100 })

      const beyond = await refusal(put(store, owner, { data: new Uint8Array(41), maxTotalBytes: 100 }))
      const fits = await put(store, owner, { data: new Uint8Array(40), maxTotalBytes: 100 })

      expect(beyond).toBe('ATTACHMENTS_FULL')
      expect(await store.attachments.get(owner, fits.attachmentId)).toMatchObject({ bytes: 40 })
    })

    it('never lets an owner hold more than the limit, whatever is put and deleted at once [CALL-07]', async () => {
      const store = await shared()

      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 60 }), deletes: fc.boolean() }), { maxLength: 16 }),
          async (steps) => {
            const owner = newOwner()
            const settled = await Promise.all(
              steps.map(async ({ bytes, deletes }) => {
                const data = new Uint8Array(bytes)
                const part = await put(store, owner, { data, maxTotalBytes: 100 }).catch(() => undefined)
                if (part === undefined || !deletes) return part
                await store.attachments.delete(owner, part.attachmentId)
                return undefined
              }),
            )

            const kept = settled.filter((part) => part !== undefined)
            const held = await Promise.all(kept.map((part) => store.attachments.get(owner, part.attachmentId)))
            const total = held.reduce((sum, one) => sum + (one?.bytes ?? 0), 0)
            const room = await refusal(put(store, owner, { data: new Uint8Array(101 - total), maxTotalBytes: 100 }))
            expect(total).toBeLessThanOrEqual(100)
            expect(held).not.toContain(undefined)
            expect(room).toBe('ATTACHMENTS_FULL')
          },
        ),
        { numRuns: 25 },
      )
    })

    it('forgets what no thread names and is older than asked, with the next one, and makes room by it', async () => {
      const store = await shared()
      const owner = newOwner()
      const options = { data: new Uint8Array(60), maxTotalBytes: 130 }
      const old = await put(store, owner, { ...options, at: START })
      const named = await put(store, owner, { ...options, at: START })
      await newRunAtWork(store, owner, { parts: [named] })

      const late = await put(store, owner, { ...options, at: START + DAY + 1 })

      expect(await store.attachments.get(owner, old.attachmentId)).toBeUndefined()
      expect(await store.attachments.get(owner, named.attachmentId)).toBeDefined()
      expect(await store.attachments.get(owner, late.attachmentId)).toBeDefined()
    })

    it('keeps what is exactly as old as asked, and what others have', async () => {
      const store = await shared()
      const [owner, other] = [newOwner(), newOwner()]
      const mine = await put(store, owner, { at: START })
      const theirs = await put(store, other, { at: START - DAY })

      await put(store, owner, { at: START + DAY })

      expect(await store.attachments.get(owner, mine.attachmentId)).toBeDefined()
      expect(await store.attachments.get(other, theirs.attachmentId)).toBeDefined()
    })

    it('is named by a message in its log and found by its name, not by what stands in it', async () => {
      const store = await shared()
      const owner = newOwner()
      const part = await put(store, owner, { name: 'harvest.txt', data: new TextEncoder().encode('barley') })

      const { threadId } = await newRunAtWork(store, owner, { parts: [{ type: 'text', text: 'Look' }, part] })

      expect(await readEvents(store, owner, threadId)).toMatchObject([
        { parts: [{ type: 'text', text: 'Look' }, part] },
      ])
      expect(await store.threads.list(owner, { query: 'HARVEST' })).toMatchObject([{ threadId }])
      expect(await store.threads.list(owner, { query: 'barley' })).toEqual([])
    })

    it('writes nothing of a message that names what its sender does not have [RUN-06]', async () => {
      const store = await shared()
      const [owner, other] = [newOwner(), newOwner()]
      const [mine, theirs] = [await put(store, owner), await put(store, other)]
      const threadId = await newThread(store, owner)
      const accept = (change: Partial<NewRun>): Promise<unknown> =>
        refusal(store.runs.accept(owner, newRun(owner, threadId, change)))

      const foreign = await accept({ parts: [mine, theirs] })
      const absent = await accept({ parts: [mine, { ...mine, attachmentId: 'att_none' }] })

      expect([foreign, absent]).toEqual(['NOT_FOUND', 'NOT_FOUND'])
      expect(await store.threads.get(owner, threadId)).toMatchObject({ lastSeq: 0, activeRunId: null })
      expect(await store.attachments.delete(owner, mine.attachmentId)).toBe('deleted')
      expect(await accept({ parts: [] })).toMatchObject({ resolved: { status: 'started' } })
    })

    it('keeps what a thread names, through another thread that names it too and goes', async () => {
      const store = await shared()
      const owner = newOwner()
      const [both, one] = [await put(store, owner), await put(store, owner)]
      const first = await threadNaming(store, owner, [both, both, one])
      const second = await threadNaming(store, owner, [both])

      const before = await store.attachments.delete(owner, both.attachmentId)
      await store.threads.delete(owner, first)
      const between = await Promise.all([both, one].map((part) => store.attachments.read(owner, part.attachmentId)))
      await store.threads.delete(owner, second)

      expect(before).toBe('in_use')
      expect(between).toEqual([Uint8Array.of(1, 2, 3), undefined])
      expect(await store.attachments.get(owner, both.attachmentId)).toBeUndefined()
    })

    it('deletes once what no thread names', async () => {
      const store = await shared()
      const owner = newOwner()
      const { attachmentId } = await put(store, owner)

      expect(await store.attachments.delete(owner, attachmentId)).toBe('deleted')
      expect(await store.attachments.delete(owner, attachmentId)).toBe('not_found')
      expect(await store.attachments.read(owner, attachmentId)).toBeUndefined()
    })
  })
}

export async function put(
  store: Store,
  owner: Owner,
  change: Partial<Attachment> & { data?: Uint8Array; at?: number; maxTotalBytes?: number } = {},
): Promise<AttachmentPart> {
  const { data = Uint8Array.of(1, 2, 3), at = START, maxTotalBytes = Number.POSITIVE_INFINITY, ...facts } = change
  const attachment = {
    attachmentId: createId('att'),
    name: 'a.bin',
    mediaType: 'text/plain',
    bytes: data.length,
    ...facts,
  }
  await store.attachments.put(owner, { ...attachment, data, at }, { unusedBefore: at - DAY, maxTotalBytes })
  return { type: 'attachment', ...attachment }
}

/** Whose run has ended, so that it can be deleted. */
async function threadNaming(store: Store, owner: Owner, parts: readonly AttachmentPart[]): Promise<string> {
  const { threadId, runId, fence } = await newRunAtWork(store, owner, { parts })
  await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
  return threadId
}
