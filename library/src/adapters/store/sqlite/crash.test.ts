import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createSqliteStore } from '../sqlite.ts'
import { temporaryFolder } from './fixtures/temporary.ts'

const owner = { tenant: 'acme', user: 'ann' }

describe('a process that is killed while it writes', () => {
  it.each([[10], [150], [400]])(
    'has everything that it acknowledged, without a gap, after %d appends [RUN-07]',
    async (count) => {
      using folder = temporaryFolder()
      const child = startAppending(folder.path)

      const acknowledged = await killAfter(child, count)

      await using store = await createSqliteStore({ folder: folder.path })
      const logs = await Promise.all(
        ['thr_a', 'thr_b', 'thr_c'].map((threadId) => store.events.read(owner, threadId, { after: 0, limit: 100_000 })),
      )
      const seqs = logs.map((log) => log?.map(({ seq }) => seq) ?? [])
      const texts = logs.map((log) =>
        log?.slice(1).map(({ event }) => (event.type === 'agent_message' ? event.delta : '')),
      )
      expect(acknowledged.length).toBeGreaterThanOrEqual(count)
      expect(seqs).toEqual(seqs.map((found) => found.map((_, index) => index + 1)))
      expect(seqs.map((found) => found.length)).toEqual(
        ['thr_a', 'thr_b', 'thr_c'].map((id) => lengthOf(acknowledged, id)),
      )
      expect(texts).toEqual(texts.map((found) => found?.map(expectedText)))
    },
  )

  it('holds its folder while it lives, and no longer', async () => {
    using folder = temporaryFolder()
    const child = startAppending(folder.path)
    await once(child.stdout, 'data')

    const during = createSqliteStore({ folder: folder.path })
    await expect(during).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { path: folder.path } })
    await killAfter(child, 0)

    await using after = await createSqliteStore({ folder: folder.path })
    expect(after.health().state).toBe('healthy')
  })
})

describe('a process that ends without closing its store', () => {
  it.each([['exits'], ['throws']])(
    'has everything that it acknowledged, and is opened again, when it %s [RUN-07]',
    async (ending) => {
      using folder = temporaryFolder()
      const child = startAppending(folder.path, [ending, '20'])

      const acknowledged = await killAfter(child, Number.POSITIVE_INFINITY)

      await using store = await createSqliteStore({ folder: folder.path })
      const log = await store.events.read(owner, 'thr_a', { after: 0, limit: 100_000 })
      expect(log?.length).toEqual(lengthOf(acknowledged, 'thr_a'))
      expect(acknowledged.length).toBeGreaterThan(20)
    },
  )
})

type Child = ChildProcessByStdio<null, Readable, null>

function startAppending(folder: string, ending: readonly string[] = []): Child {
  const file = fileURLToPath(new URL('./fixtures/appending-process.ts', import.meta.url))
  return spawn(process.execPath, [file, folder, ...ending], { stdio: ['ignore', 'pipe', 'ignore'] })
}

/** Kills it once it has printed so many lines; answers all that it had printed when it was gone. */
async function killAfter(child: Child, count: number): Promise<readonly string[]> {
  let printed = ''
  const closed = once(child, 'close')
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    if (printed.split('\n').length > count) child.kill('SIGKILL')
  })
  if (count === 0) child.kill('SIGKILL')
  await closed
  return printed.split('\n').slice(0, -1)
}

/** At least what was acknowledged; an append that was committed and not yet printed adds to it. */
function lengthOf(acknowledged: readonly string[], threadId: string): unknown {
  const last = acknowledged.findLast((line) => line.startsWith(threadId))
  const least = Number(last?.split(' ')[1] ?? 0)
  return expect.toSatisfy((length: number) => length >= least && length <= Math.max(3, least + 2))
}

function expectedText(_: string, index: number): string {
  return `${index % 2 === 0 ? 'first' : 'second'} of ${Math.floor(index / 2)} ${'x'.repeat(500)}`
}
