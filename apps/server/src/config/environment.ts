/**
 * The environment variables, and the place of each in the configuration. The environment is handed in: only the command
 * line reads it.
 *
 * @module
 */
import { resolve } from 'node:path'
import type { ConfigProblem } from '../errors.ts'
import { nearestWord } from './nearest.ts'

export type Environment = Readonly<Record<string, string | undefined>>

interface Variable {
  readonly path: readonly string[]
  readonly kind: 'text' | 'number' | 'list' | 'secret' | 'folder'
}

export const environmentVariables: Readonly<Record<string, Variable>> = {
  TOOLCRIB_PORT: { path: ['port'], kind: 'number' },
  TOOLCRIB_HOST: { path: ['host'], kind: 'text' },
  TOOLCRIB_PUBLIC_URL: { path: ['publicUrl'], kind: 'text' },
  TOOLCRIB_DATA: { path: ['dataFolder'], kind: 'folder' },
  TOOLCRIB_DOCUMENTS: { path: ['documentsFolder'], kind: 'folder' },
  TOOLCRIB_MODEL: { path: ['model'], kind: 'text' },
  TOOLCRIB_LOG: { path: ['logLevel'], kind: 'text' },
  TOOLCRIB_JWT_SECRET: { path: ['auth', 'jwt', 'secret'], kind: 'secret' },
  TOOLCRIB_JWKS_URL: { path: ['auth', 'jwt', 'jwksUrl'], kind: 'text' },
  TOOLCRIB_ISSUER: { path: ['auth', 'jwt', 'issuer'], kind: 'text' },
  TOOLCRIB_AUDIENCE: { path: ['auth', 'jwt', 'audience'], kind: 'text' },
  TOOLCRIB_ALLOWED_ORIGINS: { path: ['auth', 'allowedOrigins'], kind: 'list' },
  TOOLCRIB_METRICS_TOKEN: { path: ['auth', 'metricsToken'], kind: 'secret' },
}

/** Variables that are no part of the configuration: where it is, and what the terminal client uses. */
export const otherVariables: readonly string[] = ['TOOLCRIB_CONFIG', 'TOOLCRIB_URL', 'TOOLCRIB_TOKEN']

export interface Setting {
  /** Where it was set, as a person is told: the variable's name. */
  readonly name: string
  readonly path: readonly string[]
  readonly value: unknown
  readonly secret: boolean
}

/** What the environment sets. Empty variables count as not set; unknown TOOLCRIB_ ones are problems. */
export function readEnvironment(
  env: Environment,
  folder: string,
): { readonly settings: readonly Setting[]; readonly problems: readonly ConfigProblem[] } {
  const settings: Setting[] = []
  const problems: ConfigProblem[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('TOOLCRIB_') || value === undefined || value === '') continue
    const variable = Object.hasOwn(environmentVariables, name) ? environmentVariables[name] : undefined
    if (variable !== undefined) {
      const secret = variable.kind === 'secret'
      settings.push({ name, path: variable.path, value: parseVariable(variable, value, folder), secret })
    } else if (!otherVariables.includes(name)) problems.push(unknownVariable(name))
  }
  return { settings, problems }
}

function parseVariable({ kind }: Variable, value: string, folder: string): unknown {
  switch (kind) {
    case 'number':
      // What is no number stays a text, so that the schema tells what was received.
      return /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value
    case 'list':
      return value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
    case 'folder':
      return resolve(folder, value)
    case 'text':
    case 'secret':
      return value
    default:
      return kind satisfies never
  }
}

function unknownVariable(name: string): ConfigProblem {
  const known = [...Object.keys(environmentVariables), ...otherVariables]
  const near = nearestWord(name, known)
  return {
    name,
    expected: 'a variable that Toolcrib knows',
    received: 'one it does not know',
    fix: near === undefined ? `known are ${known.join(', ')}` : `perhaps ${near} was meant`,
  }
}
