#!/usr/bin/env node
/**
 * The command `toolcrib`. The law: this is the one file that reads the environment; everything below is handed it.
 *
 * @module
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`Toolcrib's server needs Node 24.15 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  // Half of a start is reading and compiling. Kept where only who installed this can write; where that is nobody, it is not kept.
  enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/toolcrib'))
  const { runCli } = await import('./cli/run.ts')
  process.exitCode = await runCli({
    args: process.argv.slice(2),
    env: process.env,
    folder: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      const heard = (signal: NodeJS.Signals): void => listener(signal)
      process.on('SIGINT', heard).on('SIGTERM', heard)
      const orphaned = process.env.npm_lifecycle_event === undefined ? undefined : onOrphaned(() => heard('SIGTERM'))
      return {
        [Symbol.dispose]: () => {
          process.off('SIGINT', heard).off('SIGTERM', heard)
          clearInterval(orphaned)
        },
      }
    },
    onStrayFault(listener) {
      const thrown = (fault: unknown): void => listener(fault, 'exception')
      const rejected = (fault: unknown): void => listener(fault, 'rejection')
      process.on('uncaughtException', thrown).on('unhandledRejection', rejected)
      return {
        [Symbol.dispose]: () => void process.off('uncaughtException', thrown).off('unhandledRejection', rejected),
      }
    },
    exit: (code) => process.exit(code),
  })
  // Everything of ours is closed by now. What a tool has left behind, a timer or a socket, must not keep the process.
  setTimeout(() => process.exit(), 1_000).unref()
}

/**
 * Whoever stops `npm start` stops npm and the shell that npm put between; no signal comes as far as this process. What is
 * seen here is that its parent has changed.
 */
function onOrphaned(listener: () => void): NodeJS.Timeout {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    listener()
  }, 250)
  return watch.unref()
}
