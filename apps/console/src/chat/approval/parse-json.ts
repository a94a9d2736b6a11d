/** JSON as a person writes it: what is wrong with it is told by line and column, whatever the browser calls it. */
import type { JsonValue } from 'toolcrib/protocol'

export type JsonReading =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly message: string }

export function parseJson(text: string): JsonReading {
  if (text.trim() === '') return { ok: false, message: 'Write a JSON value, such as "text", 12, true or null.' }
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue }
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    return { ok: false, message: `This is no JSON${placeIn(text, said)}.` }
  }
}

/** Engines tell a position, or a line and a column, or that the end came too soon. */
function placeIn(text: string, said: string): string {
  const line = /line (\d+) column (\d+)/.exec(said)
  if (line !== null) return `: look at line ${line[1]}, column ${line[2]}`
  const position = /position (\d+)/.exec(said)?.[1]
  if (position === undefined) return /end/i.test(said) ? ': it ends too soon' : ''
  const before = text.slice(0, Number(position)).split('\n')
  return `: look at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}
