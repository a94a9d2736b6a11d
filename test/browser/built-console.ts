/**
 * The console as a user gets it, built once for all browser tests of a run.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly consoleFolder: string
  }
}

/** Answers what takes it away again. */
export default async function buildConsole(project: TestProject): Promise<() => void> {
  const consoleFolder = mkdtempSync(join(tmpdir(), 'toolcrib-console-'))
  const root = join(import.meta.dirname, '../../apps/console')
  const { NODE_ENV } = process.env
  // Vitest's own word for it would build in the development version of React, which no user gets.
  process.env.NODE_ENV = 'production'
  await build({ root, logLevel: 'error', build: { outDir: consoleFolder, emptyOutDir: true } })
  if (NODE_ENV !== undefined) process.env.NODE_ENV = NODE_ENV
  project.provide('consoleFolder', consoleFolder)
  return () => rmSync(consoleFolder, { recursive: true, force: true })
}
