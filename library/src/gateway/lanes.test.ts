import { describe, expect, it } from 'vitest'
import { createLanes } from './lanes.ts'

describe('the lanes of a connection', () => {
  it('keep the order within one lane, past a failure, and let nothing else wait', async () => {
    const lanes = createLanes()
    const order: string[] = []
    const gate = Promise.withResolvers<void>()

    const first = lanes.run('thr_1', async () => {
      await gate.promise
      order.push('first')
      throw new Error('refused')
    })
    const second = lanes.run('thr_1', async () => void order.push('second'))
    await lanes.run('thr_2', async () => void order.push('other thread'))
    await lanes.run(undefined, async () => void order.push('no thread'))
    gate.resolve()
    await expect(first).rejects.toThrow('refused')
    await second

    expect(order).toEqual(['other thread', 'no thread', 'first', 'second'])
  })
})
