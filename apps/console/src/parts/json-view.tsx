import type { JsonValue } from 'toolcrib/protocol'

const MAX_SHOWN_CHARS = 20_000

/** A JSON value to read: text as it is, everything else indented. */
export function JsonView({ value }: { readonly value: JsonValue }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
  return (
    <pre className="max-h-80 overflow-auto rounded-lg bg-muted p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
      {text.slice(0, MAX_SHOWN_CHARS)}
      {text.length > MAX_SHOWN_CHARS && `\n… ${text.length - MAX_SHOWN_CHARS} more characters`}
    </pre>
  )
}
