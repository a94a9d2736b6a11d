/**
 * The tool `run_javascript`: a program, without any reach outside of it.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import type { Clock } from 'toolcrib/agent'
import { z } from 'zod'
import { createJavaScriptPool, type JavaScriptResult, javascriptLimits } from './javascript.ts'

const input = z.object({
  code: z
    .string()
    .min(1)
    .max(javascriptLimits.maxCodeLength)
    .describe(
      'JavaScript source. Its last expression is the result; a promise is awaited. There is a console, and no network, files, timers or imports',
    )
    .meta({
      examples: ['[3, 1, 2].toSorted()', 'let s = 0; for (let i = 1; i <= 100; i++) s += i; s'],
    }),
})

const output = z.object({
  result: z.json().describe('The last value; null when it is undefined'),
  console: z.array(z.string()).describe('What the program printed'),
  consoleDropped: z.number().optional().describe('Printed lines beyond the limit'),
})

export function createRunJavaScript(clock: Clock): Tool {
  return defineTool({
    name: 'run_javascript',
    title: 'Run JavaScript',
    description:
      'Run a JavaScript program or code snippet in a sandbox and return its last value. Use it for loops, sorting, text processing, dates, and for checking an algorithm. It can reach no network and no files, and keeps nothing between calls.',
    category: 'code',
    tags: ['code', 'javascript', 'programming', 'sandbox'],
    input,
    output,
    effect: 'read',
    timeoutMs: 15_000,
    lifetime: 'app',
    open: () => createJavaScriptPool(clock),
    async execute({ code }, call) {
      const { killAfterMs } = javascriptLimits
      // The process with the engine is ours, and answers with this.
      const ran = (await call.instance.run(
        { code },
        { asker: call.principal, signal: call.signal, timeLimitMs: killAfterMs },
      )) as JavaScriptResult
      return {
        result: parse(ran.json),
        console: [...ran.console],
        ...(ran.consoleDropped > 0 ? { consoleDropped: ran.consoleDropped } : {}),
      }
    },
  })
}

function parse(json: string | undefined): z.infer<typeof output>['result'] {
  return json === undefined ? null : (JSON.parse(json) as z.infer<typeof output>['result'])
}
