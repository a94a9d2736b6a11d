import { useEffect, useState } from 'react'
import { Select } from '../../kit/select.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { runLooks } from './run-state.tsx'
import { type RunsSearch, runStates } from './search.ts'

export interface RunFiltersProps {
  readonly search: RunsSearch
  readonly agents: readonly string[]
  readonly onChange: (search: RunsSearch) => void
}

const any = 'any'

export function RunFilters({ search, agents, onChange }: RunFiltersProps) {
  const { state, agent, ...rest } = search
  const others = agent === undefined || agents.includes(agent) ? agents : [...agents, agent]
  const set = (change: { readonly [K in keyof RunsSearch]: RunsSearch[K] | undefined }) => {
    const next = Object.entries({ ...search, ...change }).filter(
      ([, value]) => value !== undefined && value !== '' && value !== any,
    )
    onChange(Object.fromEntries(next) as RunsSearch)
  }
  return (
    <search aria-label="Runs" className="grid grid-cols-2 gap-3 md:grid-cols-3 lg:grid-cols-6">
      <Select
        label="State"
        value={state ?? any}
        onChange={(next) => set({ state: next === any ? undefined : next })}
        options={[
          { value: any, label: 'Any' },
          ...runStates.map((value) => ({ value, label: value === 'ended' ? 'Ended' : runLooks[value].label })),
        ]}
      />
      <Select
        label="Agent"
        value={agent ?? any}
        onChange={(next) => set({ agent: next })}
        options={[{ value: any, label: 'Any' }, ...others.map((value) => ({ value, label: value }))]}
      />
      <TypedField label="User" value={rest.user} onChange={(user) => set({ user })} placeholder="Their id" />
      <TypedField label="Run or chat" value={rest.id} onChange={(id) => set({ id })} placeholder="Its id" />
      <TextField
        label="From"
        type="date"
        value={rest.from ?? ''}
        onChange={({ target }) => set({ from: target.value })}
      />
      <TextField label="To" type="date" value={rest.to ?? ''} onChange={({ target }) => set({ to: target.value })} />
    </search>
  )
}

interface TypedFieldProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string | undefined
  readonly onChange: (value: string) => void
}

const settledMs = 300

/** Asked for once the typing rests. */
function TypedField({ label, placeholder, value = '', onChange }: TypedFieldProps) {
  const [typed, setTyped] = useState(value)
  const [shown, setShown] = useState(value)
  if (shown !== value) {
    setShown(value)
    setTyped(value)
  }

  useEffect(() => {
    if (typed.trim() === value) return undefined
    const timer = setTimeout(() => onChange(typed.trim()), settledMs)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])

  return (
    <TextField
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
