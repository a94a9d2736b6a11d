/** The examples of `defineTool`, compiled and run by a test. @module */
import { z } from 'zod'
import { defineTool } from './define-tool.ts'
import type { Tool } from './tool.ts'

//#region typed
export const addNumbers: Tool = defineTool({
  name: 'add_numbers',
  description: 'Adds numbers.',
  input: z.object({ numbers: z.array(z.number()).min(1) }),
  output: z.object({ sum: z.number() }),
  effect: 'read',
  execute: ({ numbers }) => ({ sum: numbers.reduce((sum, number) => sum + number, 0) }),
})
//#endregion

//#region instance
/** One counter for each user, made at the first call and gone with the user's scope. */
export const countUp: Tool = defineTool<{ by: number }, { value: number }>({
  name: 'count_up',
  description: 'Adds to the counter and tells where it stands.',
  input: { type: 'object', properties: { by: { type: 'integer', minimum: 1 } }, required: ['by'] },
  effect: 'write',
  lifetime: 'user',
  open: () => ({ value: 0 }),
  execute({ by }, { instance }) {
    instance.value += by
    return instance.value
  },
})
//#endregion

//#region progress
export const countDown: Tool = defineTool({
  name: 'count_down',
  description: 'Counts down to zero.',
  input: z.object({ from: z.int().min(1).max(10) }),
  effect: 'read',
  async *execute({ from }) {
    for (let left = from; left > 0; left -= 1) yield { left }
    return 'lift-off'
  },
})
//#endregion
