/**
 * Parses a command's options. The law: what is not known is refused, with the nearest that is.
 *
 * @module
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { nearestWord } from '../config/nearest.ts'
import { CliError } from './errors.ts'

export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
}

export interface OptionRule {
  readonly type: 'string' | 'boolean'
  readonly short?: string
}

/** @throws {@link CliError} `USAGE`. */
export function parseOptions(
  args: readonly string[],
  rules: Readonly<Record<string, OptionRule>>,
  { positionals: allowPositionals = false }: { readonly positionals?: boolean } = {},
): Parsed {
  const options: ParseArgsOptionsConfig = { ...rules, help: { type: 'boolean', short: 'h' } }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals, strict: true })
    return { values: values as Parsed['values'], positionals }
  } catch (cause) {
    throw new CliError('USAGE', { problem: usageMessage(cause, Object.keys(options)) }, { cause })
  }
}

export function textOption({ values }: Parsed, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

function usageMessage(cause: unknown, known: readonly string[]): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1]
  if (unknown === undefined) return message.split('. ')[0] ?? message
  const near = nearestWord(unknown, known)
  const hint = near === undefined ? `known are ${known.map((name) => `--${name}`).join(', ')}` : `perhaps --${near}`
  return `There is no option --${unknown}; ${hint}`
}
