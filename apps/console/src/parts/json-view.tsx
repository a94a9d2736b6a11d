/** A JSON value to read: text as it is, lists of like objects as a table, all else as a tree. Nothing of it becomes more than text. */
import { type ReactNode, useState } from 'react'
import type { JsonObject, JsonValue } from 'toolcrib/protocol'
import { CopyButton } from './copy-button.tsx'
import { JsonTree } from './json-tree.tsx'
import { plainText } from './plain-text.ts'

const MAX_SHOWN_CHARS = 20_000
const MAX_COLUMNS = 8
const MAX_ROWS = 100

export function JsonView({ value }: { readonly value: JsonValue }) {
  return (
    <div className="group/json relative">
      <Shown value={value} />
      <CopyButton
        label="Copy"
        text={() => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}
        className="absolute! top-1 right-1 size-7! bg-muted opacity-0 group-hover/json:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
      />
    </div>
  )
}

function Shown({ value }: { readonly value: JsonValue }) {
  if (typeof value === 'string') return <LongText text={value} />
  if (isRows(value)) return <Rows rows={value} />
  return (
    <Box>
      <JsonTree value={value} />
    </Box>
  )
}

function Box({ children }: { readonly children: ReactNode }) {
  return (
    // A group and no region: a page holds hundreds of these, and none is a landmark.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard, too
      tabIndex={0}
      aria-label="Value"
      className="max-h-96 overflow-auto rounded-lg bg-muted p-3 font-mono text-xs leading-relaxed [overflow-wrap:anywhere]"
    >
      {children}
    </div>
  )
}

function LongText({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false)
  const rest = text.length - MAX_SHOWN_CHARS
  return (
    <Box>
      <span dir="auto" className="block whitespace-pre-wrap">
        {plainText(whole ? text : text.slice(0, MAX_SHOWN_CHARS))}
      </span>
      {rest > 0 && !whole && (
        <button type="button" onClick={() => setWhole(true)} className="mt-2 font-sans text-primary underline">
          Show {rest.toLocaleString()} more characters
        </button>
      )}
    </Box>
  )
}

type Row = { readonly [column: string]: string | number | boolean | null }

/** Two or more objects of the same few plain fields. */
function isRows(value: JsonValue): value is readonly Row[] {
  if (!Array.isArray(value) || value.length < 2) return false
  const [first] = value as readonly JsonValue[]
  if (!isJsonObject(first)) return false
  const columns = Object.keys(first)
  if (columns.length === 0 || columns.length > MAX_COLUMNS) return false
  return value.every((row) => {
    if (!isJsonObject(row)) return false
    const fields = Object.entries(row)
    return (
      fields.length === columns.length && fields.every(([key, field]) => Object.hasOwn(first, key) && !isNested(field))
    )
  })
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function isNested(value: JsonValue): boolean {
  return value !== null && typeof value === 'object'
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const columns = Object.keys(rows[0] ?? {})
  const shown = rows.slice(0, MAX_ROWS)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard, too
    <div role="group" tabIndex={0} aria-label="Table" className="max-h-96 overflow-auto rounded-lg border text-xs">
      <table className="w-full border-collapse">
        <thead className="bg-muted">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" dir="auto" className="px-3 py-1.5 text-start font-medium last:pe-10">
                {plainText(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y">
          {shown.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an output never changes
            <tr key={index}>
              {columns.map((column) => (
                <td
                  key={column}
                  dir="auto"
                  className="max-w-80 min-w-14 px-3 py-1.5 align-top [overflow-wrap:anywhere]"
                >
                  {plainText(String(row[column] ?? '–').slice(0, 1_000))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <p className="border-t px-3 py-1.5 text-muted-foreground">
          and {(rows.length - shown.length).toLocaleString()} more rows; a copy has them all
        </p>
      )}
    </div>
  )
}
