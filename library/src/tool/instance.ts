/** Instances of tools. The law: made once in the scope of the tool's lifetime, however many calls come first, and gone with it. @module */
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { ToolError } from './errors.ts'
import type { OpenContext, Tool } from './tool.ts'

/**
 * The instance of a tool for a call in `scope`: that of the nearest scope of the tool's lifetime. Undefined for a tool
 * that opens nothing.
 *
 * `signal` ends only this call's waiting. What is being opened serves other calls too, and is stopped by the end of its
 * scope, not of the call that came first.
 *
 * @throws ToolError `LIFETIME_UNAVAILABLE`; RegistryError `SCOPE_CLOSED`; the signal's reason; whatever `open` throws.
 */
export async function openInstance(
  scope: Registry<Tool>,
  tool: Tool,
  principal: Principal,
  signal: AbortSignal,
): Promise<unknown> {
  const { open } = tool
  if (open === undefined) return undefined
  signal.throwIfAborted()
  const owner = scope.nearest(tool.lifetime)
  if (owner === undefined) {
    throw new ToolError('LIFETIME_UNAVAILABLE', { tool: tool.name, lifetime: tool.lifetime, path: scope.path })
  }
  return await untilAborted(owner.instance(tool, make, `instance of ${tool.name}`), signal)

  async function make(ending: AbortSignal): Promise<unknown> {
    const context: OpenContext = {
      lifetime: tool.lifetime,
      path: owner?.path ?? scope.path,
      signal: ending,
      ...(tool.lifetime === 'app' ? {} : { principal }),
    }
    return await open?.(context)
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  return promise
}
