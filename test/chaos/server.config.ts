/**
 * The configuration that the server under chaos is started with: tools of every kind that tell a witness what they do, and
 * a model that is reached over HTTP. The law: a tool does what its input says, so that a repeat does the same.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { defineConfig, defineTool, type Tool } from 'toolcrib'
import { agentTool, createSystemClock, defineAgent } from 'toolcrib/agent'
import type { ToolcribConfig } from 'toolcrib/gateway'
import { createAiSdkModel, createProviderFetch } from 'toolcrib/model/ai-sdk'
import { openWitness } from './witness.ts'

interface Work {
  readonly nonce: string
  readonly workMs: number
}

type Told = Parameters<Tool['execute']>[1]

const { CHAOS_WITNESS = '', CHAOS_MODEL_URL = '' } = process.env
const witness = openWitness(CHAOS_WITNESS)

const model = createAiSdkModel({
  model: createOpenAICompatible({
    name: 'scripted',
    baseURL: CHAOS_MODEL_URL,
    fetch: createProviderFetch(),
    includeUsage: true,
  })('scripted'),
  clock: createSystemClock(),
  retryBaseMs: 20,
  stallTimeoutMs: 1_000,
})

const lookUp = workTool('look_up', { effect: 'read' })
const writeDown = workTool('write_down', { effect: 'write' })
const putOnce = workTool('put_once', { effect: 'write', idempotent: true })
const erase = workTool('erase', { effect: 'destructive' })
const ignoreStop = workTool('ignore_stop', { effect: 'write', heeds: false })
const fail = workTool('fail', { effect: 'write', fails: true })

const countUp = defineTool({
  ...shapeOf('count_up'),
  effect: 'read',
  async *execute(input: Work, call) {
    const told = begin('count_up', input, call)
    try {
      for (let count = 1; count <= 3; count++) {
        yield count
        await delay(input.workMs / 3, undefined, { signal: call.signal })
      }
      return told.end('returned')
    } catch (error) {
      told.end('stopped')
      throw error
    }
  },
})

const leaves = [lookUp, writeDown, putOnce, erase, ignoreStop, fail, countUp]
const leafNames = [...leaves.map(({ name }) => name), 'calculate']

const clerk = defineAgent({
  name: 'clerk',
  description: 'Does what it is told.',
  instructions: 'Do what you are told.',
  model,
  tools: leafNames,
})

const config: ToolcribConfig = defineConfig({
  tools: [...leaves, agentTool(clerk)],
  agents: [{ name: 'assistant', description: 'Does as asked.', instructions: 'Do as asked.', model, tools: ['*'] }],
  limits: {
    maxMessageChars: 1_000_000,
    maxFrameBytes: 1_048_576,
    maxBufferedBytes: 65_536,
    pingIntervalMs: 1_000,
    pongTimeoutMs: 1_000,
    stopGraceMs: 200,
    maxStepRetries: 10,
    drainMs: 800,
    signInsPerMinute: 100_000,
  },
})
export default config

interface WorkOptions {
  readonly effect: Tool['effect']
  readonly idempotent?: boolean
  /** Default true: it stops when it is told to. */
  readonly heeds?: boolean
  readonly fails?: boolean
}

function workTool(name: string, { effect, idempotent, heeds = true, fails = false }: WorkOptions): Tool {
  return defineTool({
    ...shapeOf(name),
    effect,
    ...(idempotent === undefined ? {} : { idempotent }),
    async execute(input: Work, call) {
      const told = begin(name, input, call)
      try {
        await delay(input.workMs, undefined, heeds ? { signal: call.signal } : {})
      } catch (error) {
        told.end('stopped')
        throw error
      }
      const result = told.end(fails ? 'threw' : 'returned')
      if (fails) throw new Error(`As asked: ${input.nonce}`)
      return result
    },
  })
}

function shapeOf(name: string) {
  return {
    name,
    description: `Works for a while: ${name}.`,
    input: {
      type: 'object',
      properties: { nonce: { type: 'string' }, workMs: { type: 'number' } },
      required: ['nonce', 'workMs'],
      additionalProperties: false,
    },
  } as const
}

function begin(tool: string, input: Work, { runId, callId, idempotencyKey }: Told) {
  const mark = crypto.randomUUID()
  const facts = { mark, pid: process.pid, tool, runId, callId, idempotencyKey, input }
  witness({ what: 'start', at: Date.now(), ...facts })
  return {
    end(how: 'returned' | 'threw' | 'stopped') {
      witness({ what: 'end', how, at: Date.now(), ...facts })
      return { mark, nonce: input.nonce }
    },
  }
}
