/** A schema to read; as JSON when somebody wants that. */
import { useMemo, useState } from 'react'
import type { JsonObject } from 'toolcrib/protocol'
import { Button } from '../../kit/button.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { fieldsOf } from './schema-fields.ts'

export function SchemaView({ title, schema }: { readonly title: string; readonly schema: JsonObject }) {
  const [isRaw, setRaw] = useState(false)
  const fields = useMemo(() => fieldsOf(schema), [schema])
  return (
    <section aria-label={title} className="min-w-0">
      <div className="flex items-center justify-between gap-3">
        <h3 className="text-sm font-semibold">{title}</h3>
        <Button size="small" variant="quiet" onClick={() => setRaw(!isRaw)} aria-pressed={isRaw}>
          {isRaw ? 'As fields' : 'As JSON'}
        </Button>
      </div>
      {isRaw ? (
        <JsonView value={schema} />
      ) : fields.length === 0 ? (
        <p className="text-sm text-muted-foreground">No fields.</p>
      ) : (
        <ul className="divide-y rounded-lg border">
          {fields.map(({ name, type, required, description, rules }) => (
            <li key={name} className="px-3 py-2 text-sm [overflow-wrap:anywhere]">
              <div className="flex flex-wrap items-baseline gap-x-2.5">
                <bdi className="font-mono text-[0.8125rem] font-medium">{name}</bdi>
                <bdi className="text-xs text-muted-foreground">{type}</bdi>
                <span className={`text-xs ${required ? 'text-primary' : 'text-muted-foreground'}`}>
                  {required ? 'required' : 'optional'}
                </span>
              </div>
              {description !== undefined && <p dir="auto">{description}</p>}
              {rules.length > 0 && <p className="text-xs text-muted-foreground">{rules.join(', ')}</p>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
