/**
 * The documents of this project itself, for a server that is given none.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Undefined where they did not come with the program. */
export function ownDocuments(place: URL = new URL('../../../docs/', import.meta.url)): string | undefined {
  const folder = fileURLToPath(place)
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? folder : undefined
}
