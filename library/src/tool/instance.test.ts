import { describe, expect, it } from 'vitest'
import type { Principal } from '../protocol/vocabulary.ts'
import { defineTool } from './define-tool.ts'
import { openInstance } from './instance.ts'
import type { Lifetime, OpenContext, Tool } from './tool.ts'
import { createToolRegistry } from './tool-registry.ts'

const ann: Principal = { tenant: 'acme', user: 'ann', roles: [], scopes: [] }
const never = new AbortController().signal

function opening(lifetime: Lifetime, open: (context: OpenContext) => unknown): Tool {
  return defineTool({
    name: 'notes',
    description: 'Keeps notes.',
    input: { type: 'object' },
    effect: 'write',
    lifetime,
    open,
    execute: () => 0,
  })
}

describe('openInstance', () => {
  it('makes one instance for the scope of the lifetime, also when many calls come first, and disposes it with that scope [REG-15]', async () => {
    const app = createToolRegistry()
    const user = app.open({ name: 'ann', kind: 'user' })
    const runs = ['1', '2', '3'].map((name) => user.open({ name, kind: 'run' }))
    const contexts: OpenContext[] = []
    let disposed = 0
    const tool = opening('user', async (context) => {
      contexts.push(context)
      await Promise.resolve()
      return {
        [Symbol.asyncDispose]: async () => {
          disposed += 1
        },
      }
    })

    const instances = await Promise.all(runs.map((run) => openInstance(run, tool, ann, never)))
    await Promise.all(runs.map((run) => run.close()))
    const before = disposed
    await app.close()

    expect(new Set(instances).size).toBe(1)
    expect(contexts).toMatchObject([{ lifetime: 'user', path: 'app/user:ann', principal: ann }])
    expect([before, disposed]).toEqual([0, 1])
  })

  it('tells an instance of the app of no principal, and opens nothing for a tool without open', async () => {
    await using app = createToolRegistry({ name: 'crib' })
    const run = app.open({ name: '1', kind: 'run' })
    const contexts: OpenContext[] = []
    const plain = defineTool({
      name: 'plain',
      description: 'x',
      input: { type: 'object' },
      effect: 'read',
      execute: () => 0,
    })

    await openInstance(
      run,
      opening('app', (context) => contexts.push(context)),
      ann,
      never,
    )

    expect(contexts.map((context) => [context.path, 'principal' in context])).toEqual([['crib', false]])
    expect(await openInstance(run, plain, ann, never)).toBeUndefined()
  })

  it('keeps users apart [REG-15]', async () => {
    await using app = createToolRegistry()
    const tool = opening('user', (context) => ({ owner: context.principal?.user }))

    const owners = await Promise.all(
      ['ann', 'bob'].map((user) => openInstance(app.open({ name: user, kind: 'user' }), tool, { ...ann, user }, never)),
    )

    expect(owners).toEqual([{ owner: 'ann' }, { owner: 'bob' }])
  })

  it('refuses a lifetime that has no scope above', async () => {
    await using app = createToolRegistry()
    const run = app.open({ name: '1', kind: 'run' })

    const opened = openInstance(
      run,
      opening('connection', () => 1),
      ann,
      never,
    )

    await expect(opened).rejects.toMatchObject({
      code: 'LIFETIME_UNAVAILABLE',
      details: { tool: 'notes', lifetime: 'connection', path: 'app/run:1' },
    })
  })

  it('stops one call waiting without stopping the opening for the others', async () => {
    await using app = createToolRegistry()
    const gate = Promise.withResolvers<string>()
    const tool = opening('app', () => gate.promise)
    const stopped = new AbortController()

    const first = openInstance(app, tool, ann, stopped.signal)
    const second = openInstance(app, tool, ann, never)
    stopped.abort(new Error('stopped by ann'))
    await expect(first).rejects.toThrow('stopped by ann')
    gate.resolve('ready')

    expect(await second).toBe('ready')
  })

  it('tries again after an open that failed', async () => {
    await using app = createToolRegistry()
    let attempts = 0
    const tool = opening('app', async () => {
      attempts += 1
      if (attempts === 1) throw new Error('no disk')
      return attempts
    })

    await expect(openInstance(app, tool, ann, never)).rejects.toThrow('no disk')

    expect(await openInstance(app, tool, ann, never)).toBe(2)
  })

  it('aborts what is being opened when its scope closes', async () => {
    const app = createToolRegistry()
    let aborted = false
    const entered = Promise.withResolvers<void>()
    const tool = opening('app', ({ signal }) => {
      const gate = Promise.withResolvers<never>()
      entered.resolve()
      signal.addEventListener('abort', () => {
        aborted = true
        gate.reject(signal.reason)
      })
      return gate.promise
    })

    const opened = openInstance(app, tool, ann, never)
    const refused = expect(opened).rejects.toThrow()
    await entered.promise
    const report = await app.close()
    await refused

    expect(aborted).toBe(true)
    expect(report.overdue).toEqual([])
  })
})
