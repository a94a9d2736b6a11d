import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../protocol/events.ts'
import { createEventEncoder } from './encoder.ts'
import { createThreadRouter, type ThreadReader } from './router.ts'

const ann = { tenant: 'acme', user: 'ann' }
const event: LoggedEvent = { seq: 3, at: 0, event: { type: 'thread_renamed', title: 't' } }

function createReader(threadId: string): { readonly reader: ThreadReader; readonly told: unknown[] } {
  const told: unknown[] = []
  return {
    told,
    reader: {
      owner: { ...ann },
      threadId,
      offer: (_, { frames }) => void told.push(frames[0]),
      hint: (seq) => void told.push(seq),
      gone: () => void told.push('gone'),
    },
  }
}

describe('the router of threads', () => {
  it('offers one and the same frame to every reader of the thread, and nothing to others', () => {
    const router = createThreadRouter(createEventEncoder())
    const [one, two, other] = [createReader('thr_1'), createReader('thr_1'), createReader('thr_2')]
    for (const { reader } of [one, two, other]) router.add(reader)

    router.offer(ann, 'thr_1', [event])

    expect(one.told[0]).toMatchObject({ text: expect.stringContaining('"seq":3') })
    expect(two.told[0]).toBe(one.told[0])
    expect(other.told).toEqual([])
  })

  it('tells nothing that is said of another owner, though the thread has that name', () => {
    const router = createThreadRouter(createEventEncoder())
    const { reader, told } = createReader('thr_1')
    router.add(reader)

    router.offer({ tenant: 'acme', user: 'bob' }, 'thr_1', [event])
    router.hint({ tenant: 'other', user: 'ann' }, 'thr_1', 9)
    router.gone({ tenant: 'acme', user: 'bob' }, 'thr_1')

    expect(told).toEqual([])
  })

  it('lets nobody get into the way of an owner by naming their thread', () => {
    const router = createThreadRouter(createEventEncoder())
    const [stranger, reader] = [createReader('thr_1'), createReader('thr_1')]

    router.add({ ...stranger.reader, owner: { tenant: 'acme', user: 'bob' } })
    router.add(reader.reader)
    router.offer(ann, 'thr_1', [event])

    expect([stranger.told.length, reader.told.length]).toEqual([0, 1])
  })

  it('passes hints on only where they say something new', () => {
    const router = createThreadRouter(createEventEncoder())
    const { reader, told } = createReader('thr_1')
    router.add(reader)
    router.offer(ann, 'thr_1', [event])

    router.hint(ann, 'thr_1', 3)
    router.hint(ann, 'thr_1', 4)

    expect(told.slice(1)).toEqual([4])
  })

  it('forgets a thread with its last reader', () => {
    const router = createThreadRouter(createEventEncoder())
    const { reader, told } = createReader('thr_1')
    const route = router.add(reader)

    route[Symbol.dispose]()
    route[Symbol.dispose]()
    router.offer(ann, 'thr_1', [event])
    router.gone(ann, 'thr_1')

    expect(told).toEqual([])
  })
})
