/**
 * The server's logger as the agent layer uses it. The law: what cannot be logged costs its own line, never a run.
 *
 * @module
 */
import { quietly } from '../tool/probing.ts'
import type { Logger } from './ports.ts'

export function guardLogger(logger: Logger): Logger {
  const write =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message)
      } catch {
        // An error is somebody else's object: its parts, and those of its causes, may throw when they are written down.
        quietly(() => logger[level]({ ...fields, err: 'an error that cannot be written down' }, message))
      }
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
