/** A JSON value as a tree that folds. However large it is, only what is unfolded is drawn, and of that a part at a time. */
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { explicitJson, type JsonValue } from 'toolcrib/protocol'

const PAGE = 50
const MAX_STRING_CHARS = 2_000

export interface JsonTreeProps {
  readonly value: JsonValue
  /** Levels that are unfolded at first. Default 2. */
  readonly unfolded?: number
}

export function JsonTree({ value, unfolded = 2 }: JsonTreeProps) {
  if (value === null || typeof value !== 'object') return <Leaf value={value} />
  const entries = Array.isArray(value)
    ? value.map((item: JsonValue, index): Entry => [String(index), item])
    : Object.entries(value).map(([key, item]): Entry => [explicitJson(key).slice(1, -1), item])
  if (entries.length === 0) return <span>{Array.isArray(value) ? '[]' : '{}'}</span>
  return <Entries entries={entries} unfolded={unfolded} />
}

type Entry = readonly [key: string, value: JsonValue]

function Entries({ entries, unfolded }: { readonly entries: readonly Entry[]; readonly unfolded: number }) {
  const [count, setCount] = useState(PAGE)
  return (
    <ul className="flex flex-col">
      {entries.slice(0, count).map(([key, value]) => (
        <li key={key} className="min-w-0">
          <Field name={key} value={value} unfolded={unfolded} />
        </li>
      ))}
      {entries.length > count && (
        <li>
          <button type="button" onClick={() => setCount(count + PAGE)} className="font-sans text-primary underline">
            {(entries.length - count).toLocaleString()} more
          </button>
        </li>
      )}
    </ul>
  )
}

interface FieldProps {
  readonly name: string
  readonly value: JsonValue
  readonly unfolded: number
}

function Field({ name, value, unfolded }: FieldProps) {
  const [open, setOpen] = useState(unfolded > 1)
  const size = sizeOf(value)
  if (size === undefined) {
    return (
      <div className="ps-4">
        <Name>{name}</Name>
        <Leaf value={value} />
      </div>
    )
  }
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group/field">
      <summary className="flex w-fit cursor-pointer list-none items-center rounded">
        <ChevronRight
          aria-hidden="true"
          className={`size-3.5 shrink-0 text-muted-foreground transition-transform ${open ? 'rotate-90' : ''}`}
        />
        <span>
          <Name>{name}</Name>
          <span className="text-muted-foreground">{size}</span>
        </span>
      </summary>
      {open && (
        <div className="ms-1.5 border-s ps-1.5">
          <JsonTree value={value} unfolded={unfolded - 1} />
        </div>
      )}
    </details>
  )
}

function Name({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <bdi className="text-primary">{children}</bdi>
      <span className="text-muted-foreground">: </span>
    </>
  )
}

function Leaf({ value }: { readonly value: JsonValue }) {
  const [whole, setWhole] = useState(false)
  const text = explicitJson(value)
  const rest = text.length - MAX_STRING_CHARS
  return (
    <>
      <bdi className="whitespace-pre-wrap">{whole ? text : text.slice(0, MAX_STRING_CHARS)}</bdi>
      {rest > 0 && !whole && (
        <button type="button" onClick={() => setWhole(true)} className="ms-1 font-sans text-primary underline">
          … {rest.toLocaleString()} more characters
        </button>
      )}
    </>
  )
}

/** Undefined: it has no parts. */
function sizeOf(value: JsonValue): string | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const count = Array.isArray(value) ? value.length : Object.keys(value).length
  if (count === 0) return undefined
  return Array.isArray(value)
    ? `list of ${count.toLocaleString()}`
    : `${count.toLocaleString()} ${count === 1 ? 'field' : 'fields'}`
}
