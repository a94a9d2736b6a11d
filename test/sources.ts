/**
 * The repository's own source files, for the tests that judge them.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

const root: string = join(import.meta.dirname, '..')

/** Files that match a glob from the repository's root, sorted; what is installed or built is left out. */
export function sources(pattern: string): readonly Source[] {
  return globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' })
    .map((path) => ({
      path: relative(root, join(root, path)).split(sep).join('/'),
      text: readFileSync(join(root, path), 'utf8'),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

export function source(path: string): Source {
  return { path, text: readFileSync(join(root, path), 'utf8') }
}

/** The modules that a source imports or re-exports, types included, as they are written. */
export function importsOf({ text }: Source): readonly string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
