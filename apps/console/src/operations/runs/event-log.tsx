/** Every event of a run, as it stands in the log. */
import { FileJson } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { LoggedEvent } from 'toolcrib/protocol'
import { Card } from '../../kit/card.tsx'
import { Select } from '../../kit/select.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { summaryOf } from './event-summary.ts'
import { RowList } from './row-list.tsx'
import { formatMoment, formatOffset } from './run-times.ts'
import type { RunLog } from './use-run.ts'

const rowHeight = 32
const all = 'all'
const withoutPieces = 'without pieces'
/** Of which there are most, each of a few letters. */
const pieces: ReadonlySet<string> = new Set(['agent_thinking', 'agent_message'])

export function EventLog({ log: { events, run } }: { readonly log: RunLog }) {
  const [filter, setFilter] = useState<string>(all)
  const [chosen, setChosen] = useState<string>()
  const types = useMemo(() => countTypes(events), [events])
  const shown = useMemo(() => events.filter(({ event }) => passes(event.type, filter)), [events, filter])
  const event = events.find(({ seq }) => String(seq) === chosen)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Select
          label="Events"
          hideLabel
          value={filter}
          onChange={setFilter}
          className="w-64 max-w-full"
          options={[
            { value: all, label: 'All events' },
            { value: withoutPieces, label: 'Without pieces of text' },
            ...types.map(([type, count]) => ({ value: type, label: `${type} (${count.toLocaleString()})` })),
          ]}
        />
        <p role="status" className="text-sm text-muted-foreground">
          {shown.length === 1 ? '1 event' : `${shown.length.toLocaleString()} events`}
        </p>
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <RowList
          label="Events"
          items={shown}
          keyOf={({ seq }) => String(seq)}
          chosen={chosen}
          onChoose={({ seq }) => setChosen(String(seq))}
          rowHeight={rowHeight}
          followsEnd={run.endedAt === null}
          className="h-[45vh] rounded-xl border bg-card text-sm shadow-xs lg:h-[65vh]"
        >
          {(item) => <EventRow logged={item} startedAt={run.startedAt} />}
        </RowList>
        {event === undefined ? (
          <p className="flex items-center gap-2 rounded-xl border border-dashed px-4 py-6 text-sm text-muted-foreground">
            <FileJson aria-hidden="true" className="size-4 shrink-0" /> Choose an event to see all of it.
          </p>
        ) : (
          <Card title={`Event ${event.seq}`} description={formatMoment(event.at)}>
            <JsonView value={JSON.parse(JSON.stringify(event.event))} />
          </Card>
        )}
      </div>
    </div>
  )
}

function EventRow({ logged: { seq, at, event }, startedAt }: { logged: LoggedEvent; startedAt: number }) {
  return (
    <div className="grid h-full grid-cols-[3.5rem_minmax(0,1fr)] items-center gap-3 px-3 sm:grid-cols-[3.5rem_5.5rem_11rem_minmax(0,1fr)]">
      <span className="text-end text-xs text-muted-foreground tabular-nums">{seq}</span>
      <span className="hidden text-end text-xs text-muted-foreground tabular-nums sm:block">
        {formatOffset(Math.max(0, at - startedAt))}
      </span>
      <span className="hidden truncate font-mono text-xs sm:block">{event.type}</span>
      <bdi className="truncate text-muted-foreground">
        <span className="font-mono text-xs text-foreground sm:hidden">{event.type} </span>
        {summaryOf(event)}
      </bdi>
    </div>
  )
}

function passes(type: string, filter: string): boolean {
  if (filter === all) return true
  return filter === withoutPieces ? !pieces.has(type) : type === filter
}

function countTypes(events: readonly LoggedEvent[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { event } of events) counts.set(event.type, (counts.get(event.type) ?? 0) + 1)
  return [...counts].sort(([one], [other]) => one.localeCompare(other))
}
