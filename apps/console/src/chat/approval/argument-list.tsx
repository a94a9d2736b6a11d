import { LockKeyhole } from 'lucide-react'
import { explicitJson, type JsonValue } from 'toolcrib/protocol'
import { type ArgumentField, draftOf, isPlain } from './argument-draft.ts'

/** Arguments to read. All of them, to the last character: nobody agrees to what they were not shown. */
export function ArgumentList({ input }: { readonly input: JsonValue }) {
  const { fields } = draftOf(input)
  if (fields.length === 0) return <p className="text-muted-foreground">Without arguments.</p>
  return (
    <dl className="grid gap-x-4 gap-y-2 sm:grid-cols-[minmax(5rem,max-content)_1fr]">
      {fields.map((field) => (
        <div key={field.name ?? ''} className="grid gap-0.5 sm:contents">
          <dt className="font-mono text-xs leading-5 text-muted-foreground [overflow-wrap:anywhere] sm:max-w-40">
            {field.name === undefined ? 'arguments' : shownName(field.name)}
          </dt>
          <dd className="min-w-0">
            <ArgumentValue value={field.shown} kind={field.kind} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export interface ArgumentValueProps {
  /** Undefined: it was left out. */
  readonly value: JsonValue | undefined
  readonly kind?: ArgumentField['kind']
}

export function ArgumentValue({ value, kind }: ArgumentValueProps) {
  if (kind === 'hidden') return <HiddenValue />
  if (value === undefined) return <span className="text-muted-foreground">left out</span>
  if (typeof value === 'string' && isPlain(value)) {
    return (
      <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
        {value}
      </p>
    )
  }
  return (
    <pre className="font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
      {explicitJson(value, { indent: 2 })}
    </pre>
  )
}

export function HiddenValue() {
  return (
    <p className="inline-flex items-center gap-1.5 text-muted-foreground">
      <LockKeyhole aria-hidden="true" className="size-3.5 shrink-0" /> Hidden, and used as it is
    </p>
  )
}

/** A name is the model's word as well. */
export function shownName(name: string): string {
  return isPlain(name) ? name : explicitJson(name)
}
