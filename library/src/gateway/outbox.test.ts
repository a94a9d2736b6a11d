import { describe, expect, it } from 'vitest'
import { batchOf } from './encoder.ts'
import { createOutboxes } from './outbox.ts'
import type { EncodedFrame } from './ports.ts'

const frame = (text: string): EncodedFrame => ({ text, byteLength: text.length })
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  const outboxes = createOutboxes()
  const writes: [string, readonly EncodedFrame[]][] = []
  const failures: unknown[] = []
  const open = (name: string) =>
    outboxes.open({
      write: (frames) => void writes.push([name, frames]),
      onUnwritable: (error) => void failures.push(error),
    })
  const texts = () => writes.map(([name, frames]) => [name, frames.map(({ text }) => text).join(' ')])
  return { outboxes, ann: open('ann'), bob: open('bob'), writes, texts, failures }
}

describe('an outbox', () => {
  it('writes once a turn, in order, whatever was pushed and how', async () => {
    const { ann, bob, texts } = setUp()
    ann.push(frame('a'))
    bob.push(frame('x'))
    ann.pushBatch(batchOf([frame('b'), frame('c')]))
    ann.push(frame('d'))
    const before = texts()

    await turn()
    bob.push(frame('y'))
    await turn()

    expect(before).toEqual([])
    expect(texts()).toEqual([
      ['ann', 'a b c d'],
      ['bob', 'x'],
      ['bob', 'y'],
    ])
  })

  it('hands a batch that waits alone to everybody as it is, and changes it for nobody', async () => {
    const { ann, bob, writes, texts } = setUp()
    const batch = batchOf([frame('a'), frame('b')])

    ann.pushBatch(batch)
    bob.pushBatch(batch)
    bob.push(frame('c'))
    await turn()

    expect(writes[0]?.[1]).toBe(batch.frames)
    expect(texts()).toEqual([
      ['ann', 'a b'],
      ['bob', 'a b c'],
    ])
  })

  it('can be flushed at once, and counts what waits', async () => {
    const { ann, texts } = setUp()
    ann.push(frame('abc'))
    ann.pushBatch(batchOf([frame('de')]))
    const waiting = ann.pendingBytes

    ann.flush()
    ann.flush()
    await turn()

    expect([waiting, ann.pendingBytes, texts()]).toEqual([5, 0, [['ann', 'abc de']]])
  })
  it('writes for all the others what one connection cannot take, and says whose it was', async () => {
    const { outboxes, ann, bob, texts, failures } = setUp()
    const told: unknown[] = []
    const broken = new Error('the socket is broken')
    const eve = outboxes.open({
      write: () => {
        throw broken
      },
      onUnwritable: (error) => void told.push(error),
    })
    for (const outbox of [ann, eve, bob]) outbox.push(frame('a'))

    await turn()
    eve.push(frame('b'))
    eve.flush()

    expect(texts()).toEqual([
      ['ann', 'a'],
      ['bob', 'a'],
    ])
    expect([told, failures]).toEqual([[broken, broken], []])
  })
})
