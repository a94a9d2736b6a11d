/**
 * The options that set what an environment variable sets.
 *
 * @module
 */
import type { Environment } from '../config/environment.ts'
import { loadConfig, type ServerConfig } from '../config.ts'
import { type OptionRule, type Parsed, textOption } from './options.ts'
import type { Terminal } from './terminal.ts'

const variables: Readonly<Record<string, string>> = {
  config: 'TOOLCRIB_CONFIG',
  data: 'TOOLCRIB_DATA',
  documents: 'TOOLCRIB_DOCUMENTS',
  model: 'TOOLCRIB_MODEL',
  port: 'TOOLCRIB_PORT',
  host: 'TOOLCRIB_HOST',
  log: 'TOOLCRIB_LOG',
}

export function settingRules(...names: readonly string[]): Readonly<Record<string, OptionRule>> {
  return Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
}

/** The configuration, with the options laid over the environment. @throws ServerError */
export async function configOf({ env, folder }: Terminal, parsed: Parsed): Promise<ServerConfig> {
  const given = Object.entries(variables).flatMap(([option, variable]) => {
    const value = textOption(parsed, option)
    return value === undefined ? [] : [[variable, value] as const]
  })
  const merged: Environment = { ...env, ...Object.fromEntries(given) }
  return loadConfig({ env: merged, folder })
}
