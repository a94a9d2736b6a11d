/**
 * From a text frame to a command. The law: everything is checked here, once, and a refusal names the `id` it belongs to
 * whenever the frame has one. @module
 */
import { commandBodySchema, commandIdSchema, commandTypes, isCommandType } from '../protocol/commands.ts'
import type { CommandBody, CommandType } from '../protocol/frames.ts'
import { textsOf } from '../protocol/message-parts.ts'
import { GatewayError } from './errors.ts'
import type { GatewayLimits } from './gateway.ts'

export type Intake =
  | { readonly ok: true; readonly id: string; readonly command: CommandBody }
  | { readonly ok: false; readonly id: string | null; readonly error: GatewayError }

export function parseFrame(text: string, limits: Pick<GatewayLimits, 'maxMessageChars'>): Intake {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, id: null, error: new GatewayError('FRAME_NOT_JSON', {}) }
  }
  const { id, ...body } = value as Record<string, unknown>
  const known = commandIdSchema.safeParse(id)
  try {
    if (!known.success)
      throw invalid(typeof body.type === 'string' ? body.type : '', ['id'], 'Expected 1 to 128 characters')
    return { ok: true, id: known.data, command: parseCommand(body, limits) }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { ok: false, id: known.data ?? null, error }
  }
}

/** @throws {@link GatewayError} `COMMAND_UNKNOWN`, `COMMAND_INVALID`, `MESSAGE_TOO_LONG`. */
export function parseCommand(
  body: Record<string, unknown>,
  limits: Pick<GatewayLimits, 'maxMessageChars'>,
): CommandBody {
  const { type } = body
  if (typeof type !== 'string') throw invalid('', ['type'], 'Expected the name of a command')
  if (!isCommandType(type)) throw new GatewayError('COMMAND_UNKNOWN', { type: shown(type), nearest: nearest(type) })
  const parsed = commandBodySchema<CommandType>(type).safeParse(body)
  if (!parsed.success) {
    const paths = parsed.error.issues.slice(0, 8).map(({ path, message }) => ({ path: pointer(path), message }))
    throw new GatewayError('COMMAND_INVALID', { type, paths })
  }
  const command = parsed.data
  if (command.type === 'message.send') {
    const chars = textsOf(command.parts).reduce((sum, text) => sum + text.length, 0)
    const { maxMessageChars } = limits
    if (chars > maxMessageChars) throw new GatewayError('MESSAGE_TOO_LONG', { chars, maxMessageChars })
  }
  return command
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function invalid(type: string, path: readonly PropertyKey[], message: string): GatewayError {
  return new GatewayError('COMMAND_INVALID', { type: shown(type), paths: [{ path: pointer(path), message }] })
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** What a sender wrote, short enough to be sent back. */
function shown(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 64)}…`
}

function nearest(type: string): CommandType {
  const written = type.slice(0, 64).toLowerCase()
  let best: CommandType = 'ping'
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of commandTypes) {
    const distance = editDistance(written, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein's, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const next = [line]
    for (let column = 1; column <= to.length; column++) {
      const swap = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
