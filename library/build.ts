/**
 * Compiles the library to `dist`, with a manifest of its own to publish from (docs/decisions/001).
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const library: string = import.meta.dirname
const dist: string = join(library, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [join(library, '../node_modules/typescript/bin/tsc'), '-p', join(library, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
)
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'))
for (const [key, path] of Object.entries<string>(manifest.exports)) {
  const compiled = path.replace('./src/', './').replace(/\.ts$/, '')
  manifest.exports[key] = { types: `${compiled}.d.ts`, default: `${compiled}.js` }
}
delete manifest.devDependencies
delete manifest.scripts
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
copyFileSync(join(library, '../LICENSE'), join(dist, 'LICENSE'))
copyFileSync(join(library, 'README.md'), join(dist, 'README.md'))

const missing = Object.values<{ types: string; default: string }>(manifest.exports)
  .flatMap((entry) => Object.values(entry))
  .filter((path) => globSync(path, { cwd: dist }).length === 0)
if (missing.length > 0) throw new Error(`Expected every public entry to be compiled, missing: ${missing.join(', ')}`)
process.stdout.write(`built ${Object.keys(manifest.exports).length} entries in library/dist\n`)
