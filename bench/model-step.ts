/** What does a model step cost as the tools in scope grow? @module */
import { createMemoryStore } from 'toolcrib/store/memory'
import { type Timing, takeTurns } from './measure.ts'
import { createAiSdkRun } from './peers/ai-sdk.ts'
import { createOpenAiAgentsRun } from './peers/openai-agents.ts'
import { createToolcribRun } from './peers/toolcrib.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'

const labels = { toolcrib: 'Toolcrib, in memory', ai: '`ai` ToolLoopAgent', openai: '`@openai/agents`' } as const
type System = keyof typeof labels
type Timings = Readonly<Record<System, Timing>>
const systems = Object.keys(labels) as System[]

let warmUpMs = 1_500
const without = { ten: await measure(10, 0), hundred: await measure(100, 0), thousand: await measure(1_000, 0) }
const withCall = { ten: await measure(10, 1), hundred: await measure(100, 1), thousand: await measure(1_000, 1) }
const rows = [
  ...systems.map((system) => row(system, 'one step, no call', without)),
  ...systems.map((system) => row(system, 'one call, two steps', withCall)),
]
const growth = [without, withCall].map(({ ten, thousand }) => thousand.toolcrib.cpuUs / ten.toolcrib.cpuUs)

printAnswer({
  question: 'What does a model step cost as the tools in scope grow?',
  columns: ['system', 'run', '10 tools, µs', '100 tools', '1,000 tools', '1,000 ÷ 10'],
  rows,
  notes: [
    'A whole run with a scripted model that answers at once; the tools are in the app registry. Processor time of the main thread, median of 9 turns.',
    'A real provider is sent the tools with every step, which costs everybody in proportion to them; the scripted model is shown them and sends nothing.',
    `Target: flat in the number of tools (1,000 cost at most 1.5 times 10): ${verdict(Math.max(...growth) <= 1.5)} (${figure(growth[0] ?? Number.NaN)}× without a call, ${figure(growth[1] ?? Number.NaN)}× with one).`,
  ],
})

async function measure(tools: number, calls: number): Promise<Timings> {
  progress(`${tools} tools, ${calls} calls`)
  const script = { calls, deltas: 1, tools }
  await using store = createMemoryStore()
  await using toolcrib = createToolcribRun(script, store)
  const runs = { toolcrib: toolcrib.runOnce, ai: createAiSdkRun(script), openai: createOpenAiAgentsRun(script) }
  const timings = await takeTurns(runs, { turns: 9, turnMs: 80, warmUpMs })
  warmUpMs = 400
  return timings
}

function row(
  system: System,
  what: string,
  { ten, hundred, thousand }: Readonly<Record<'ten' | 'hundred' | 'thousand', Timings>>,
): (string | number)[] {
  const costs = [ten, hundred, thousand].map((timings) => timings[system].cpuUs)
  return [labels[system], what, ...costs.map(figure), ratio(thousand[system].cpuUs, ten[system].cpuUs)]
}
