/** What of the audit is shown: each choice goes to the address. */
import { SlidersHorizontal, X } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Popover } from '../../kit/popover.tsx'
import { Select } from '../../kit/select.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { auditTopics } from './audit-filters.ts'
import type { AuditSearch } from './audit-search.ts'
import { outcomeChoices, outcomeWord } from './audit-words.ts'

export interface AuditBarProps {
  readonly search: AuditSearch
  readonly onChange: (search: AuditSearch) => void
}

const anything = 'anything'
const topics = [
  { value: anything, label: 'Everything' },
  ...[...auditTopics].map(([value, { label }]) => ({ value, label })),
]
const outcomes = [{ value: anything, label: 'Any outcome' }, ...outcomeChoices]

export function AuditBar({ search, onChange }: AuditBarProps) {
  const set = (name: keyof AuditSearch) => (value: string) => onChange(changed(search, name, value))
  const said = chipsOf(search)
  return (
    <search className="flex flex-col gap-2" aria-label="What is shown">
      <div className="flex flex-wrap items-end gap-2">
        <Select
          label="Show"
          hideLabel
          value={search.show !== undefined && auditTopics.has(search.show) ? search.show : anything}
          onChange={set('show')}
          options={topics}
          className="min-w-36 max-sm:flex-1 sm:w-44"
        />
        <Select
          label="Outcome"
          hideLabel
          value={
            search.outcome !== undefined && outcomeChoices.some(({ value }) => value === search.outcome)
              ? search.outcome
              : anything
          }
          onChange={set('outcome')}
          options={outcomes}
          className="min-w-36 max-sm:flex-1 sm:w-44"
        />
        <More search={search} onChange={onChange} />
      </div>
      {said.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {said.map(({ name, label, value }) => (
            <li key={name}>
              <button
                type="button"
                onClick={() => onChange(changed(search, name, ''))}
                className="inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-full border bg-card px-2.5 text-xs hover:bg-muted pointer-coarse:min-h-9"
              >
                <span className="text-muted-foreground">{label}</span>
                <bdi className="min-w-0 truncate">{value}</bdi>
                <span className="sr-only">: show others too</span>
                <X aria-hidden="true" className="size-3 shrink-0" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}

const fields = [
  { name: 'user', label: 'User' },
  { name: 'tool', label: 'Tool' },
  { name: 'run', label: 'Run' },
  { name: 'call', label: 'Call' },
  { name: 'tenant', label: 'Tenant' },
] as const
const days = [
  { name: 'from', label: 'From' },
  { name: 'to', label: 'Until' },
] as const

/** What is written is looked for when it is sent: half a name finds nothing. */
function More({ search, onChange }: AuditBarProps) {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      title="Show only"
      trigger={<Button icon={SlidersHorizontal}>More</Button>}
      open={open}
      onOpenChange={setOpen}
      className="w-80"
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const written = new FormData(event.currentTarget)
          const named = [...fields, ...days].map(({ name }) => [name, textOf(written.get(name))] as const)
          onChange(named.reduce((next, [name, value]) => changed(next, name, value), search))
          setOpen(false)
        }}
      >
        {fields.map(({ name, label }) => (
          <TextField
            key={name}
            name={name}
            label={label}
            defaultValue={search[name] ?? ''}
            maxLength={256}
            autoComplete="off"
          />
        ))}
        <div className="grid grid-cols-2 gap-3">
          {days.map(({ name, label }) => (
            <TextField key={name} name={name} type="date" label={label} defaultValue={search[name] ?? ''} />
          ))}
        </div>
        <Button type="submit" variant="primary">
          Show
        </Button>
      </form>
    </Popover>
  )
}

interface Chip {
  readonly name: keyof AuditSearch
  readonly label: string
  readonly value: string
}

/** What the two lists do not show already. */
function chipsOf(search: AuditSearch): readonly Chip[] {
  const known = [...fields, { name: 'from', label: 'From' } as const, { name: 'to', label: 'Until' } as const]
  const chips = known.flatMap(({ name, label }) => {
    const value = search[name]
    return value === undefined ? [] : [{ name, label, value }]
  })
  const { outcome } = search
  if (outcome === undefined || outcomeChoices.some(({ value }) => value === outcome)) return chips
  return [...chips, { name: 'outcome', label: 'Outcome', value: outcomeWord(outcome)?.word ?? outcome }]
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value.trim() : ''
}

function changed(search: AuditSearch, name: keyof AuditSearch, value: string): AuditSearch {
  const { [name]: _, ...others } = search
  return value === '' || value === anything ? others : { ...others, [name]: value }
}
