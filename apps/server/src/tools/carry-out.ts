/**
 * Carries out one call of a tool in a test as the dispatcher does: input parsed, instance opened, output checked.
 *
 * @module
 */
import type { Call, Tool } from 'toolcrib'
import type { Principal } from 'toolcrib/protocol'

export interface CarryOutOptions {
  readonly principal?: Principal
  readonly signal?: AbortSignal
  readonly idempotencyKey?: string
}

export const ann: Principal = { tenant: 'acme', user: 'ann', roles: [], scopes: [] }
export const bob: Principal = { tenant: 'acme', user: 'bob', roles: [], scopes: [] }

/** A tool with its instance, if it has one: opened at the first call, disposed with this. */
export function createBench(tool: Tool): AsyncDisposable & {
  readonly tool: Tool
  call(input: unknown, options?: CarryOutOptions): Promise<unknown>
} {
  let opened: Promise<unknown> | undefined
  let calls = 0
  const context = { lifetime: tool.lifetime, path: 'app', signal: new AbortController().signal }
  return {
    tool,
    async call(input, { principal = ann, signal = new AbortController().signal, idempotencyKey } = {}) {
      const parsed = await tool.input.parse(input)
      if (!parsed.ok) throw Object.assign(new Error(JSON.stringify(parsed.issues)), { code: 'INPUT_INVALID' })
      opened ??= Promise.resolve(tool.open?.(context))
      calls += 1
      const call: Call<unknown> = {
        principal,
        threadId: 'thr_1',
        runId: 'run_1',
        callId: `call_${calls}`,
        idempotencyKey: idempotencyKey ?? `key_${calls}`,
        signal,
        deadline: Number.POSITIVE_INFINITY,
        progress: () => {},
        log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
        instance: await opened,
      }
      const result = JSON.parse(JSON.stringify(await tool.execute(parsed.value, call))) as unknown
      const checked = await tool.output?.parse(result)
      if (checked?.ok === false) throw new Error(`output does not fit: ${JSON.stringify(checked.issues)}`)
      return result
    },
    async [Symbol.asyncDispose]() {
      const instance = await opened
      if (isDisposable(instance)) await instance[Symbol.asyncDispose]()
    },
  }
}

function isDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === 'object' && value !== null && Symbol.asyncDispose in value
}
