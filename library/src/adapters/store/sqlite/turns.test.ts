import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createId } from '../../../protocol/ids.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../sqlite.ts'

const ann = { tenant: 'acme', user: 'ann' }
const bob = { tenant: 'acme', user: 'bob' }

async function openStore(options: Omit<SqliteStoreOptions, 'folder'> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-turns-'))
  const store = await createSqliteStore({ ...options, folder })
  return {
    store,
    attach: (bytes: number) => {
      const data = new Uint8Array(bytes)
      const file = { attachmentId: createId('att'), name: 'a', mediaType: 'text/plain', bytes, data, at: 1 }
      return store.attachments.put(ann, file, { unusedBefore: 0, maxTotalBytes: Number.POSITIVE_INFINITY })
    },
    note: () => store.records.put(bob, 'notes', 'n', 1, { at: 1 }),
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

describe('attachments on their way to the disk', () => {
  it('let everybody else write between two of them', async () => {
    await using opened = await openStore()
    let kept = 0
    const files = Array.from({ length: 8 }, async () => {
      await opened.attach(2_000_000)
      kept += 1
    })

    await opened.note()
    await new Promise<void>((resolve) => void setImmediate(resolve))
    const keptBefore = kept
    await Promise.all(files)

    expect(keptBefore).toBeLessThan(4)
    expect(kept).toBe(8)
  })

  it('take nobody else’s room, and have a bound of their own', async () => {
    await using opened = await openStore({ maxPendingBytes: 65_536, maxPendingAttachmentBytes: 65_536 })
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'ok',
        (error: { readonly code: string }) => error.code,
      )

    const told = await Promise.all(
      [opened.attach(1_000_000), opened.note(), opened.attach(1), opened.note()].map((work) => codeOf(work)),
    )

    expect(told).toEqual(['ok', 'ok', 'STORE_UNAVAILABLE', 'ok'])
    expect(await codeOf(opened.attach(70_000))).toBe('ok')
  })

  it('arrive before the store closes, and take no turn from the next when they fail', async () => {
    await using opened = await openStore({ maxDatabaseBytes: 3_000_000 })
    const works = [opened.attach(10_000_000), opened.attach(300_000), opened.attach(300_000)]

    const [settled] = await Promise.all([Promise.allSettled(works), opened.store.close()])

    expect(settled).toMatchObject([
      { reason: { code: 'STORE_FULL' } },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
    ])
  })
})
