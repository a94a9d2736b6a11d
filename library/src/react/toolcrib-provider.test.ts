import { createElement, type ReactNode, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { startTestServer } from '../testing/server.ts'
import { openPage, probe, recordedLine, under } from './page.fixture.ts'
import type { Connection } from './page-state.ts'
import { ToolcribProvider } from './toolcrib-provider.ts'
import { useApproval } from './use-approval.ts'
import { useClient } from './use-client.ts'
import { useConnection } from './use-connection.ts'
import { useRun } from './use-run.ts'
import { type OpenThread, useThread } from './use-thread.ts'
import { useThreads } from './use-threads.ts'

describe('a ToolcribProvider', () => {
  it('makes one connection of its options, in strict mode as well, and closes it when it is taken away', async () => {
    await using server = await startTestServer()
    const { options, connects } = recordedLine(server, 'ann')
    const line = probe<Connection>(() => useConnection())
    const client = probe(() => useClient())
    const page = openPage()

    const provider = createElement(ToolcribProvider, { options, fallback: 'Wait' }, line.with({}), client.with({}))
    page.show(createElement(StrictMode, null, provider))
    const { hello } = await line.seen.next(({ status }) => status.state === 'open')
    const [made] = client.seen.records
    page[Symbol.dispose]()
    await Promise.resolve()

    expect(hello?.principal.user).toBe('ann')
    expect(new Set(client.seen.records).size).toBe(1)
    expect(made?.status.state).toBe('closed')
    expect(connects()).toBe(1)
  })

  it('keeps what the server said of itself while the line is down, and connects at once when it is told to', async () => {
    await using server = await startTestServer()
    const recorded = recordedLine(server, 'ann')
    const options = { ...recorded.options, minBackoffMs: 600_000, maxBackoffMs: 600_000 }
    const line = probe<Connection>(() => useConnection())
    using page = openPage()
    page.show(createElement(ToolcribProvider, { options }, line.with({})))
    await line.seen.next(({ status }) => status.state === 'open')

    server.cut()
    const down = await line.seen.next(({ status }) => status.state === 'waiting')
    down.connectNow()
    const { length } = line.seen.records
    await line.seen.next((shown) => shown.status.state === 'open' && line.seen.records.indexOf(shown) >= length)

    expect(down.hello?.principal.user).toBe('ann')
    expect(recorded.connects()).toBe(2)
  })

  it('leaves a client that was given to whoever gave it', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const line = probe<Connection>(() => useConnection())
    const page = openPage()
    page.show(under(client, line.with({})))
    await line.seen.next(({ status }) => status.state === 'open')

    page[Symbol.dispose]()
    await Promise.resolve()

    expect(client.status.state).toBe('open')
  })

  it('shares nothing with another one, and another client begins with nothing of the first', async () => {
    await using server = await startTestServer()
    const [ann, bob] = [server.connect('ann'), server.connect('bob')]
    const { threadId } = await ann.createThread('Secret')
    const [annsThread, bobsThread] = [
      probe<OpenThread>(() => useThread(threadId)),
      probe<OpenThread>(() => useThread(threadId)),
    ]
    using page = openPage()

    page.show([under(ann, annsThread.with({})), under(bob, bobsThread.with({}))].map(keyed))
    await annsThread.seen.next(({ title }) => title === 'Secret')
    await bobsThread.seen.next(({ gone }) => gone)
    const { length } = annsThread.seen.records
    page.show([under(bob, annsThread.with({})), under(bob, bobsThread.with({}))].map(keyed))
    const last = await annsThread.seen.next(({ gone }) => gone)

    expect(bobsThread.seen.records.map(({ title }) => title).filter((title) => title !== undefined)).toEqual([])
    expect(annsThread.seen.records.slice(length).map(({ title }) => title)).not.toContain('Secret')
    expect(last.thread).toBeUndefined()
  })

  it('is rendered by a server, which opens nothing and shows nobody’s data, and taken over by the page', async () => {
    await using server = await startTestServer()
    const { client, sent } = recordedLine(server, 'ann')
    const { threadId } = await client.createThread('Secret')
    const own = recordedLine(server, 'ann')

    const withOptions = renderToString(
      createElement(ToolcribProvider, { options: own.options, fallback: 'Wait' }, 'Here'),
    )
    const drawn = probe<OpenThread>(() => useThread(threadId))
    const element = under(client, createElement(Everything, { threadId }), drawn.with({}))
    const text = renderToString(element)
    using page = openPage({ text, element })
    await drawn.seen.next(({ title }) => title === 'Secret')

    expect(withOptions).toBe('Wait')
    expect(own.connects()).toBe(0)
    expect(text).toBe('connecting, untitled, 0 ms, no list, no time')
    expect(page.text).toContain('Secret')
    expect(drawn.seen.records.slice(0, 2).map(({ title }) => title)).toEqual([undefined, undefined])
    expect(sent).toContain('thread.open')
    client.close()
  })

  it('is missed by name, with a code', () => {
    const bare = probe(() => useConnection())

    expect(() => renderToString(createElement(bare.with))).toThrow(
      expect.objectContaining({ code: 'PROVIDER_MISSING', message: expect.stringContaining('useConnection') }),
    )
  })
})

function Everything({ threadId }: { readonly threadId: string }): string {
  const { status } = useConnection()
  const { title = 'untitled' } = useThread(threadId)
  const { elapsedMs } = useRun(threadId)
  const { threads } = useThreads()
  const { expiresInMs } = useApproval({ approvalId: 'some', expiresAt: 0 })
  const list = threads === undefined ? 'no list' : `${threads.length} chats`
  return [status.state, title, `${elapsedMs} ms`, list, expiresInMs === undefined ? 'no time' : 'over'].join(', ')
}

function keyed(element: ReactNode, index: number): ReactNode {
  return createElement('div', { key: index }, element)
}
