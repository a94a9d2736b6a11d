/** Who did what, and how it ended. What is looked at is in the address; what is new is told, and shown when asked for. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowUp, CloudOff, Download, ScrollText } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { dayOf } from '../../parts/time.ts'
import { type Act, actsOf } from './acts.ts'
import { AuditBar } from './audit-bar.tsx'
import { exportAddress, filtersOf } from './audit-filters.ts'
import { AuditRow, auditColumns } from './audit-row.tsx'
import { type AuditSearch, readAuditSearch } from './audit-search.ts'
import { useAudit } from './use-audit.ts'

export function AuditPage() {
  const asked = useSearch({ strict: false })
  const search = useMemo(() => readAuditSearch(asked), [asked])
  const filters = useMemo(() => filtersOf(search), [search])
  const navigate = useNavigate()
  const audit = useAudit(filters)
  const show = (next: AuditSearch) => void navigate({ to: '/operations/audit', search: next })
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4 sm:p-6">
      <title>Audit · Toolcrib</title>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h1 className="text-lg font-semibold">Audit</h1>
          <p className="text-sm text-muted-foreground">
            Who did what, and how it ended. It stays when a chat is deleted, and holds nothing that was said.
          </p>
        </div>
        <a
          href={exportAddress(filters)}
          download="audit.jsonl"
          className="inline-flex min-h-9 items-center gap-2 rounded-lg border border-input bg-card px-3.5 text-sm font-medium shadow-xs hover:bg-muted"
        >
          <Download aria-hidden="true" className="size-4" />
          Export
        </a>
      </div>
      <AuditBar search={search} onChange={show} />
      {audit.error !== null && audit.entries !== undefined && (
        <Notice
          tone="bad"
          actions={
            <Button size="small" onClick={audit.retry}>
              Try again
            </Button>
          }
        >
          {audit.error.message}
        </Notice>
      )}
      <div aria-live="polite" className="contents">
        {audit.news.count > 0 && (
          <Button
            size="small"
            icon={ArrowUp}
            onClick={audit.showNews}
            className="sticky top-3 z-10 self-center rounded-full!"
          >
            {audit.news.many ? `More than ${audit.news.count} new` : `${audit.news.count} new`}
          </Button>
        )}
      </div>
      <AuditList audit={audit} filtered={Object.keys(filters).length > 0} onShowAll={() => show({})} />
    </div>
  )
}

interface AuditListProps {
  readonly audit: ReturnType<typeof useAudit>
  readonly filtered: boolean
  readonly onShowAll: () => void
}

function AuditList({ audit, filtered, onShowAll }: AuditListProps) {
  const { entries, error, more, loadingMore, loadMore, retry } = audit
  const days = useMemo(() => byDay(actsOf(entries ?? [])), [entries])
  if (entries === undefined) {
    if (error === null) return <Waiting />
    return (
      <EmptyState
        tone="bad"
        icon={CloudOff}
        title="The audit cannot be read"
        action={<Button onClick={retry}>Try again</Button>}
      >
        {error.message}
      </EmptyState>
    )
  }
  if (entries.length === 0) {
    return (
      <EmptyState
        icon={ScrollText}
        title={filtered ? 'Nothing of this is on record' : 'Nothing is on record yet'}
        action={filtered && <Button onClick={onShowAll}>Show everything</Button>}
      >
        {filtered
          ? 'Choose less, or look at another time.'
          : 'As soon as somebody signs in or calls a tool, it is here.'}
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {days.map(({ day, acts }, index) => (
        <section key={day} aria-label={day}>
          <h2 className="mb-1.5 px-4 text-xs font-medium text-muted-foreground">{day}</h2>
          {index === 0 && (
            <div aria-hidden="true" className={`hidden px-4 pb-1.5 text-xs text-muted-foreground ${auditColumns}`}>
              <span>Time</span>
              <span>Who</span>
              <span>What</span>
              <span>Tool</span>
              <span>Outcome</span>
            </div>
          )}
          <ol className="rounded-xl border bg-card shadow-xs">
            {acts.map((act) => (
              <AuditRow key={act.key} act={act} />
            ))}
          </ol>
        </section>
      ))}
      {more && (
        <Button onClick={loadMore} busy={loadingMore} className="self-center">
          Load more
        </Button>
      )}
    </div>
  )
}

function Waiting() {
  return (
    <Loading label="Loading the audit" className="flex flex-col gap-3 rounded-xl border bg-card p-4">
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <Skeleton key={key} className="h-6 w-full" />
      ))}
    </Loading>
  )
}

interface Day {
  readonly day: string
  readonly acts: Act[]
}

function byDay(acts: readonly Act[]): readonly Day[] {
  const days: Day[] = []
  for (const act of acts) {
    const at = act.entries.at(-1)?.at ?? 0
    const day = nameOfDay(at)
    const last = days.at(-1)
    if (last?.day === day) last.acts.push(act)
    else days.push({ day, acts: [act] })
  }
  return days
}

function nameOfDay(at: number): string {
  const near = dayOf(at, Date.now())
  if (near === 'Today' || near === 'Yesterday') return near
  return new Date(at).toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
}
