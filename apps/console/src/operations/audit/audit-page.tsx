/** Who did what, and how it ended. What is looked at is in the address; what is new is told, and shown when asked for. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowUp, Download, ScrollText } from 'lucide-react'
import { useMemo } from 'react'
import type { SeenAuditEntry } from 'toolcrib/operations'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { dayOf } from '../../parts/time.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
import { whyOf } from '../parts/why.ts'
import { type Act, actsOf } from './acts.ts'
import { AuditBar } from './audit-bar.tsx'
import { exportAddress, filtersOf } from './audit-filters.ts'
import { AuditRow, auditColumns } from './audit-row.tsx'
import { type AuditSearch, readAuditSearch } from './audit-search.ts'
import { type AuditPages, useAudit } from './use-audit.ts'

export function AuditPage() {
  const asked = useSearch({ strict: false })
  const search = useMemo(() => readAuditSearch(asked), [asked])
  const filters = useMemo(() => filtersOf(search), [search])
  const navigate = useNavigate()
  const audit = useAudit(filters)
  const show = (next: AuditSearch) => void navigate({ to: '/operations/audit', search: next })
  return (
    <OperationsPage title="Audit">
      <PageHeading
        title="Audit"
        actions={
          <a
            href={exportAddress(filters)}
            download="audit.jsonl"
            className="inline-flex min-h-9 items-center gap-2 rounded-lg border border-input bg-card px-3.5 text-sm font-medium shadow-xs hover:bg-muted"
          >
            <Download aria-hidden="true" className="size-4" />
            Export
          </a>
        }
      >
        Who did what, and how it ended. It stays when a chat is deleted, and holds nothing that was said.
      </PageHeading>
      <AuditBar search={search} onChange={show} />
      {/* Above the rows, so that none is moved away under the reader. */}
      <div aria-live="polite" className="sticky top-3 z-10 -mb-4 flex h-0 justify-center">
        {audit.news.count > 0 && (
          <Button size="small" icon={ArrowUp} onClick={audit.showNews} className="rounded-full! shadow-md">
            {audit.news.many ? `More than ${audit.news.count} new` : `${audit.news.count} new`}
          </Button>
        )}
      </div>
      <Answered of="audit" answer={audit.answer} shape={['h-8', 'h-80']}>
        {(entries) => (
          <AuditList
            audit={audit}
            entries={entries}
            filtered={Object.keys(filters).length > 0}
            onShowAll={() => show({})}
          />
        )}
      </Answered>
    </OperationsPage>
  )
}

interface AuditListProps {
  readonly audit: AuditPages
  readonly entries: readonly SeenAuditEntry[]
  readonly filtered: boolean
  readonly onShowAll: () => void
}

function AuditList({ audit, entries, filtered, onShowAll }: AuditListProps) {
  const { more, loadingMore, loadMore, moreError } = audit
  const days = useMemo(() => byDay(actsOf(entries)), [entries])
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
      {moreError !== null && <Notice tone="warn">Older entries could not be read. {whyOf(moreError)}</Notice>}
      {more && (
        <Button onClick={loadMore} busy={loadingMore} className="self-center">
          {moreError === null ? 'Load more' : 'Try again'}
        </Button>
      )}
    </div>
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
