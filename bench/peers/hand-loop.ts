/** What a plain loop costs that does the least: parse with zod, call, push, repeat. The floor of the comparison. @module */
import { z } from 'zod'
import { add, answerDeltas, type RunOnce, type RunScript } from '../script.ts'

export function createHandLoop(script: RunScript): RunOnce {
  const schema = z.object({ a: z.number(), b: z.number() })
  const tools = new Map([['add', { schema, execute: async (input: { a: number; b: number }) => add(input) }]])
  const deltas = answerDeltas(script)

  async function* model(messages: readonly unknown[]) {
    const step = (messages.length - 1) / 2
    if (step < script.calls) yield { type: 'call' as const, tool: 'add', input: JSON.stringify({ a: step, b: 1 }) }
    else for (const delta of deltas) yield { type: 'text' as const, delta }
  }

  return async () => {
    const messages: unknown[] = [{ role: 'user', text: 'add them up' }]
    for (;;) {
      let text = ''
      const calls: { tool: string; input: string }[] = []
      for await (const part of model(messages)) {
        if (part.type === 'text') text += part.delta
        else calls.push(part)
      }
      if (calls.length === 0) return text
      messages.push({ role: 'assistant', calls })
      const results = await Promise.all(
        calls.map(async (call) => {
          const tool = tools.get(call.tool)
          if (tool === undefined) throw new Error(`Expected a known tool, got "${call.tool}"`)
          return tool.execute(tool.schema.parse(JSON.parse(call.input)))
        }),
      )
      messages.push({ role: 'tool', results })
    }
  }
}
