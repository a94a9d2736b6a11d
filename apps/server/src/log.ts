/**
 * The server's log: JSON lines, or one short line each when a person is reading. The law: no credential is ever written,
 * whatever is logged.
 *
 * @module
 */
import { stripVTControlCharacters } from 'node:util'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** Default: standard error. */
  readonly destination?: DestinationStream
  /** Short lines for people instead of JSON. Default: whether standard error is a terminal. */
  readonly readable?: boolean
}

export type Log = PinoLogger

const secretKeys = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'ticket',
  'secret',
  'password',
  'apiKey',
  'api_key',
  'accessToken',
  'access_token',
  'jwt',
]

export function createLog({ level, destination, readable }: LogOptions): Log {
  const target = destination ?? pino.destination({ dest: 2, sync: true })
  const short = readable ?? (destination === undefined && process.stderr.isTTY === true)
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause },
      redact: {
        paths: secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]),
        censor: '[redacted]',
      },
    },
    short ? readableStream(target) : target,
  )
}

function readableStream(target: DestinationStream): DestinationStream {
  return {
    write(line) {
      target.write(readableLine(line))
    },
  }
}

function readableLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = String(time).slice(11, 23)
  const details = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  const shown = `${[clock, String(level).padEnd(5), msg, ...details].join(' ')}${stack.replaceAll('\n', '\n    ')}`
  // What an error quotes, somebody may have written to steer this terminal.
  return `${stripVTControlCharacters(shown).replace(/(?![\t\n])\p{Cc}/gu, '')}\n`
}
