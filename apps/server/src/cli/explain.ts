/**
 * What a person is told when a command fails. The law: one clear message for what can be expected to happen; a stack only
 * for what is a fault of the program.
 *
 * @module
 */
import { printable } from './printable.ts'

/** Our own errors say by themselves what was expected, what was found and what to do. */
const speaking = new Set([
  'ServerError',
  'ToolError',
  'PolicyError',
  'RegistryError',
  'AgentError',
  'ModelError',
  'StoreError',
  'ModelSpecError',
  'ClientError',
  'CliError',
  'ServerRefusal',
])

export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `toolcrib failed: ${String(error)}`
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (speaking.has(error.name) && code !== undefined) {
    return printable(code === 'USAGE' ? error.message : `${error.message}\n(${code})`)
  }
  return `toolcrib failed, which is a fault of the program:\n${error.stack ?? error.message}`
}
