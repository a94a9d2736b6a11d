/**
 * The tool `calculate`: plain arithmetic at once, all else by mathjs in a process of its own.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import { spellExpression } from './expression-spelling.ts'
import { type Calculated, mathLimits } from './math.ts'
import { plainArithmetic } from './plain-arithmetic.ts'
import type { ProcessPool } from './process-pool.ts'

const input = z.object({
  expression: z
    .string()
    .trim()
    .min(1)
    .max(mathLimits.maxExpressionLength)
    .describe(
      'One arithmetic expression: numbers, + - * / ^ ( ), percent, functions such as sqrt, sin, log, round, mean, and units',
    )
    .meta({ examples: ['(12.5 + 7) * 3', '15% of 80', 'sqrt(2)^2', 'mean([3, 4, 8])', '2^100'] }),
})

const output = z.object({
  expression: z.string(),
  result: z.string().describe('Exact to 20 digits'),
  value: z.number().optional().describe('The result as a number, when it is one'),
})

export function createCalculate(lease: () => ProcessPool): Tool {
  return defineTool({
    name: 'calculate',
    title: 'Calculate',
    description:
      'Calculate or compute an arithmetic expression: add, subtract, multiply, divide, percent, powers, roots, logarithms, trigonometry, statistics. Use it for every sum, product or percentage instead of working it out yourself.',
    category: 'math',
    tags: ['math', 'arithmetic', 'calculator'],
    input,
    output,
    effect: 'read',
    timeoutMs: 15_000,
    lifetime: 'app',
    open: lease,
    async execute({ expression }, call) {
      const plain = plainArithmetic(spellExpression(expression))
      if (plain !== undefined) return { expression, ...plain }
      const { timeLimitMs } = mathLimits
      // The process of mathematics is ours, and answers a `calculate` with this.
      const found = (await call.instance.run(
        { type: 'calculate', expression },
        { asker: call.principal, signal: call.signal, timeLimitMs },
      )) as Calculated
      return { expression, ...found }
    },
  })
}
