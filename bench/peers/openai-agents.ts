/** The same run with OpenAI Agents JS, streaming, tracing off. @module */
import { Agent, type Model, Runner, setTracingDisabled, tool, Usage } from '@openai/agents'
import { z } from 'zod'
import { add, answerDeltas, otherTools, type RunOnce, type RunScript } from '../script.ts'

export function createOpenAiAgentsRun(script: RunScript): RunOnce {
  setTracingDisabled(true)
  const deltas = answerDeltas(script)
  const model: Model = {
    getResponse: () => Promise.reject(new Error('Expected a streamed request')),
    async *getStreamedResponse({ input }) {
      const step = typeof input === 'string' ? 0 : input.filter((item) => item.type === 'function_call_result').length
      const text = deltas.join('')
      if (step >= script.calls) for (const delta of deltas) yield { type: 'output_text_delta', delta }
      yield {
        type: 'response_done',
        response: {
          id: `r${step}`,
          usage: new Usage({ inputTokens: 1, outputTokens: 1, totalTokens: 2 }),
          output:
            step < script.calls
              ? [
                  {
                    type: 'function_call',
                    callId: `c${step}`,
                    name: 'add',
                    status: 'completed',
                    arguments: JSON.stringify({ a: step, b: 1 }),
                  },
                ]
              : [{ type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] }],
        },
      }
    },
  }
  const agent = new Agent({
    name: 'bench',
    model,
    tools: ['add', ...otherTools(script)].map((name) =>
      tool({
        name,
        description: 'Add two numbers.',
        parameters: z.object({ a: z.number(), b: z.number() }),
        execute: async (input) => add(input),
      }),
    ),
  })
  const runner = new Runner({ tracingDisabled: true })
  return async () => {
    const stream = await runner.run(agent, 'add them up', { stream: true, maxTurns: script.calls + 2 })
    let text = ''
    for await (const delta of stream.toTextStream()) text += delta
    await stream.completed
    return text
  }
}
