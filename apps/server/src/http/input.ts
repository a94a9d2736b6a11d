/**
 * Parses what a request carries. The law: what does not fit is refused with its path.
 *
 * @module
 */
import { z } from 'zod'
import { ServerError } from '../errors.ts'

/** @throws {@link ServerError} `REQUEST_INVALID`. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: path.map((key) => `/${String(key)}`).join(''),
    message,
  }))
  throw new ServerError('REQUEST_INVALID', { issues })
}

const bodySchema: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown())

/** A JSON object; a request without a body is an empty one. */
export function bodyObject(body: unknown): Record<string, unknown> {
  return body === undefined || body === null ? {} : parseInput(bodySchema, body)
}
