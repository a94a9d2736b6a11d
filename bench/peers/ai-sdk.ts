/** The same run with the AI SDK's `ToolLoopAgent`, streaming. @module */
import { isStepCount, ToolLoopAgent, tool } from 'ai'
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'
import { add, answerDeltas, otherTools, type RunOnce, type RunScript } from '../script.ts'

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

export function createAiSdkRun(script: RunScript): RunOnce {
  const deltas = answerDeltas(script)
  const model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      const step = prompt.filter(({ role }) => role === 'tool').length
      const content =
        step < script.calls
          ? [
              {
                type: 'tool-call' as const,
                toolCallId: `c${step}`,
                toolName: 'add',
                input: JSON.stringify({ a: step, b: 1 }),
              },
            ]
          : [
              { type: 'text-start' as const, id: 't' },
              ...deltas.map((delta) => ({ type: 'text-delta' as const, id: 't', delta })),
              { type: 'text-end' as const, id: 't' },
            ]
      const finish = step < script.calls ? ('tool-calls' as const) : ('stop' as const)
      return {
        stream: convertArrayToReadableStream([
          { type: 'stream-start' as const, warnings: [] },
          ...content,
          { type: 'finish' as const, finishReason: { unified: finish, raw: finish }, usage },
        ]),
      }
    },
  })
  const agent = new ToolLoopAgent({
    model,
    stopWhen: isStepCount(script.calls + 2),
    tools: Object.fromEntries(
      ['add', ...otherTools(script)].map((name) => [
        name,
        tool({
          description: 'Add two numbers.',
          inputSchema: z.object({ a: z.number(), b: z.number() }),
          execute: async (input) => add(input),
        }),
      ]),
    ),
  })
  return async () => {
    const result = await agent.stream({ prompt: 'add them up' })
    let text = ''
    for await (const delta of result.textStream) text += delta
    // The scripted model keeps every prompt that it was shown; the peer is not to be charged for that.
    model.doStreamCalls.length = 0
    return text
  }
}
