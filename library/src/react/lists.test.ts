import { describe, expect, it } from 'vitest'
import type { ClientTool } from '../client/client.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
import { defineTool } from '../tool/define-tool.ts'
import { openPage, probe, recordedLine, under } from './page.fixture.ts'
import { type OfferedTools, useOfferedTools } from './use-offered-tools.ts'
import { type Threads, type ThreadsOptions, useThreads } from './use-threads.ts'
import { type ShownTools, useTools } from './use-tools.ts'
import { type ShownUsage, useUsage } from './use-usage.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says the same again',
  input: { type: 'object' },
  effect: 'read',
  execute: (input) => input,
})

function titles({ threads }: Threads): readonly string[] {
  return (threads ?? []).map(({ title }) => title)
}

describe('useThreads', () => {
  it('has the newest first, more when they are asked for, and every change as it happens', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    await Promise.all(['A', 'B', 'C', 'D', 'E'].map((title) => client.createThread(title)))
    const list = probe<Threads, ThreadsOptions>((options) => useThreads(options))
    using page = openPage()

    page.show(under(client, list.with({ pageSize: 2 })))
    const first = await list.seen.next(({ threads }) => threads?.length === 2)
    first.loadMore()
    first.loadMore()
    const second = await list.seen.next(({ threads }) => threads?.length === 4)
    second.loadMore()
    const third = await list.seen.next(({ threads }) => threads?.length === 5)
    await client.renameThread(third.threads?.at(-1)?.threadId ?? '', 'Z')
    const renamed = await list.seen.next((shown) => titles(shown)[0] === 'Z')

    expect([first.hasMore, second.hasMore, third.hasMore]).toEqual([true, true, false])
    expect(titles(third).toSorted()).toEqual(['A', 'B', 'C', 'D', 'E'])
    expect(titles(renamed)).toHaveLength(new Set(titles(renamed)).size)
  })

  it('leaves out none of hundreds, also when many of them were made in the same moment', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const made = Array.from({ length: 450 }, async (_, index) => {
      const at = Math.floor(index / 150)
      await server.store.threads.create(ann, { threadId: `thr_${index}`, title: `T${index}`, at })
    })
    await Promise.all(made)
    const list = probe<Threads, ThreadsOptions>((options) => useThreads(options))
    using page = openPage()

    page.show(under(server.connect('ann'), list.with({ pageSize: 190 })))
    const first = await list.seen.next(({ threads }) => threads?.length === 190)
    first.loadMore()
    const second = await list.seen.next(({ threads = [] }) => threads.length >= 380)
    second.loadMore()
    const { threads = [] } = await list.seen.next(({ hasMore, threads: all }) => all !== undefined && !hasMore)

    expect(new Set(threads.map(({ title }) => title)).size).toBe(450)
    expect(threads).toHaveLength(450)
  })

  it('asks for what comes next, and not again for all that it has', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const made = Array.from({ length: 500 }, async (_, at) => {
      await server.store.threads.create(ann, { threadId: `thr_${at}`, title: `T${at}`, at })
    })
    await Promise.all(made)
    const list = probe<Threads, ThreadsOptions>((options) => useThreads(options))
    const { client, sent } = recordedLine(server, 'ann')
    using page = openPage()

    page.show(under(client, list.with({ pageSize: 100 })))
    const first = await list.seen.next(({ threads }) => threads?.length === 100)
    first.loadMore()
    const second = await list.seen.next(({ threads }) => threads?.length === 200)
    second.loadMore()
    const third = await list.seen.next(({ threads }) => threads?.length === 300)
    third.loadMore()
    await list.seen.next(({ threads }) => threads?.length === 400)

    expect(sent.filter((type) => type === 'thread.list')).toHaveLength(4)
  })

  it('says of which words its threads are, and shows no answer that a later question has overtaken', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    await Promise.all(['Oslo', 'Rome'].map((title) => client.createThread(title)))
    const list = probe<Threads, ThreadsOptions>((options) => useThreads(options))
    using page = openPage()
    page.show(under(client, list.with({})))
    await list.seen.next(({ threads }) => threads?.length === 2)

    page.show(under(client, list.with({ query: 'oslo' })))
    page.show(under(client, list.with({ query: 'rome' })))
    const found = await list.seen.next(({ query }) => query === 'rome')

    expect(titles(found)).toEqual(['Rome'])
    expect(list.seen.records.filter(({ query }) => query === 'oslo')).toEqual([])
  })
})

describe('useTools and useUsage', () => {
  it('have what the server answers, and its refusal with its code', async () => {
    const model = createScriptedModel(() => ({ text: 'Hello.', usage: { inputTokens: 3, outputTokens: 4 } }))
    await using server = await startTestServer({ tools: [echo], model })
    const client = server.connect('ann')
    const tools = probe<ShownTools, { readonly agent?: string }>(({ agent }) => useTools(agent))
    const usage = probe<ShownUsage>(() => useUsage())
    using page = openPage()

    page.show(under(client, tools.with({}), usage.with({})))
    const held = await tools.seen.next((shown) => shown.tools !== undefined)
    await usage.seen.next((shown) => shown.usage !== undefined)
    const { threadId } = await client.createThread()
    await client.send(threadId, 'Hello?')
    const used = await usage.seen.next((shown) => (shown.usage?.used[0]?.tokens ?? 0) > 0)
    const before = tools.seen.records.length
    page.show(under(client, tools.with({ agent: 'nobody' }), usage.with({})))
    const refused = await tools.seen.next(({ problem }) => problem !== undefined)

    expect(held.tools?.map(({ name }) => name)).toEqual(['echo'])
    expect(used.usage?.used[0]?.tokens).toBe(7)
    expect(refused.problem).toMatchObject({ code: 'AGENT_UNKNOWN' })
    expect(tools.seen.records.slice(before).filter((shown) => shown.tools !== undefined)).toEqual([])
  })
})

describe('useOfferedTools', () => {
  it('offers the tools of a page as long as it is there', async () => {
    await using server = await startTestServer()
    const { client, sent } = recordedLine(server, 'ann')
    const page = openPage()
    const screen: readonly ClientTool[] = [
      {
        name: 'get_screen',
        description: 'Tells what is on the screen',
        inputSchema: { type: 'object' },
        effect: 'read',
        execute: () => 'a page',
      },
    ]
    const offered = probe<OfferedTools>(() => useOfferedTools(screen))
    const listed = async (): Promise<readonly string[]> =>
      (await client.command<'tools.list'>({ type: 'tools.list' })).tools.map(({ name }) => name)

    page.show(under(client, offered.with({})))
    const { verdicts } = await offered.seen.next((shown) => shown.verdicts !== undefined)
    const during = await listed()
    page[Symbol.dispose]()
    await Promise.resolve()
    const after = await listed()
    client.close()

    expect(verdicts).toMatchObject([{ name: 'get_screen', verdict: 'admitted' }])
    expect([during, after]).toEqual([['get_screen'], []])
    expect(sent.filter((type) => type === 'tools.offer').length).toBeLessThanOrEqual(3)
  })
})
