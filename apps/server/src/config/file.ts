/**
 * Loads `toolcrib.config.ts` by Node's own type stripping. The file always gets the very Toolcrib that loads it, so that
 * its tools are this server's tools, also when its folder holds another copy or none.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ServerError } from '../errors.ts'

export const configFileNames: readonly string[] = [
  'toolcrib.config.ts',
  'toolcrib.config.mts',
  'toolcrib.config.js',
  'toolcrib.config.mjs',
]

/** The file that applies: the one asked for, or the first of the usual names in the folder; undefined: there is none. */
export function findConfigFile(folder: string, asked: string | undefined): string | undefined {
  if (asked !== undefined && asked !== '') {
    const file = resolve(folder, asked)
    if (!existsSync(file)) throw new ServerError('CONFIG_UNREADABLE', { file, reason: 'there is no such file' })
    return file
  }
  return configFileNames.map((name) => resolve(folder, name)).find((file) => existsSync(file))
}

/** The default export of a config file, as it is. @throws {@link ServerError} `CONFIG_UNREADABLE`. */
export async function loadConfigFile(file: string): Promise<unknown> {
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'toolcrib' || specifier.startsWith('toolcrib/')
        ? nextResolve(specifier, { ...context, parentURL: import.meta.url })
        : nextResolve(specifier, context),
  })
  try {
    const module: unknown = await import(pathToFileURL(file).href)
    if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  } catch (cause) {
    throw new ServerError('CONFIG_UNREADABLE', { file, reason: reasonOf(cause) }, { cause })
  } finally {
    hooks.deregister()
  }
  throw new ServerError('CONFIG_UNREADABLE', {
    file,
    reason: 'it has no default export; write `export default defineConfig({ … })`',
  })
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
