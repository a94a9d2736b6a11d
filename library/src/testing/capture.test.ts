import { describe, expect, it } from 'vitest'
import { createRegistry } from '../registry/create-registry.ts'
import { createCapture } from './capture.ts'

describe('createCapture', () => {
  it('finds a record that came before it was asked for, and one that comes after', async () => {
    const capture = createCapture<{ type: string }>()
    capture.listener({ type: 'first' })
    const second = capture.next(({ type }) => type === 'second')

    capture.listener({ type: 'second' })

    expect(await capture.next(({ type }) => type === 'first')).toEqual({ type: 'first' })
    expect(await second).toEqual({ type: 'second' })
  })

  it('waits for a number of records', async () => {
    const capture = createCapture<number>()
    const two = capture.count(2)

    capture.listener(1)
    capture.listener(2)
    capture.listener(3)

    expect(await two).toEqual([1, 2])
  })

  it('says what came instead when nothing more can come', async () => {
    const capture = createCapture<{ type: string }>()
    capture.listener({ type: 'hello' })
    const missing = capture.next(({ type }) => type === 'goodbye')

    capture.end('The socket closed')

    await expect(missing).rejects.toThrow('The socket closed; what came: hello')
    await expect(capture.next(({ type }) => type === 'goodbye')).rejects.toThrow('The socket closed')
  })

  it('listens to the audit stream of a registry until it is disposed of', async () => {
    const admit = (candidate: unknown) => ({
      ok: true as const,
      entry: candidate as { name: string; description: string },
    })
    await using app = createRegistry({ name: 'app', admit })
    const capture = createCapture({ from: app.subscribe.bind(app) })

    app.add({ name: 'echo', description: 'Says it again.' })
    const verdict = await capture.next((record) => record.type === 'verdict')
    capture[Symbol.dispose]()
    app.add({ name: 'shout', description: 'Says it loud.' })

    expect(verdict.path).toBe('app')
    expect(capture.records).toHaveLength(1)
  })
})
