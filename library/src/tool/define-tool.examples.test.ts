import { expect, it } from 'vitest'
import { addNumbers, countDown, countUp } from './define-tool.examples.ts'
import type { Call } from './tool.ts'
import { createToolRegistry } from './tool-registry.ts'

it('runs the examples of defineTool, which a registry admits', async () => {
  await using registry = createToolRegistry()
  const instance = { value: 40 }
  const call = { instance } as unknown as Call<unknown>

  const verdicts = registry.offer([addNumbers, countUp, countDown])
  const sum = addNumbers.execute({ numbers: [1, 2, 3] }, call)
  const count = countUp.execute({ by: 2 }, call)
  const steps = countDown.execute({ from: 2 }, call) as AsyncGenerator<unknown, unknown>

  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted', 'admitted'])
  expect([sum, count]).toEqual([{ sum: 6 }, 42])
  expect([await steps.next(), await steps.next(), await steps.next()]).toEqual([
    { done: false, value: { left: 2 } },
    { done: false, value: { left: 1 } },
    { done: true, value: 'lift-off' },
  ])
})
