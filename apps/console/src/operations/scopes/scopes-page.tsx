/** What is open now, by whom, with what, and for how long; asked again every second and a half while it is looked at. */
import { ChevronsDownUp, ChevronsUpDown, SearchX } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { ScopesReport } from 'toolcrib/operations'
import { EmptyState } from '../../kit/empty-state.tsx'
import { IconButton } from '../../kit/icon-button.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { useAnswer } from '../ask.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
import { ClosedLately } from './closed-lately.tsx'
import { Leaks } from './leaks.tsx'
import { ScopeCounts } from './scope-counts.tsx'
import { ScopeTree } from './scope-tree.tsx'
import { countWords } from './scope-words.ts'
import { rowsOf, type TreeRow } from './tree-rows.ts'
import { type Opened, useOpened } from './use-opened.ts'
import { useServerTime } from './use-server-time.ts'

const EVERY_MS = 1_500
/** How long what closed stays in the tree, and how long of that it goes. */
const STAYS_MS = 9_000
const FADES_MS = 2_000

export function ScopesPage() {
  const [find, setFind] = useState('')
  const asked = find.trim()
  const opened = useOpened(asked !== '')
  const query = { open: opened.query, find: asked === '' ? undefined : asked, most: opened.most }
  const answer = useAnswer('scopes', query, { everyMs: EVERY_MS })
  return (
    <OperationsPage title="Scopes">
      <PageHeading title="Scopes">
        Everything that is open is in one of these, and closes with it: app, tenant, user, connection, run, call.
      </PageHeading>
      <Answered of="scopes" answer={answer} shape={['h-10', 'h-64']}>
        {(report) => (
          <>
            <Leaks leaked={report.leaked} />
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
              <Tree report={report} opened={opened} find={find} onFind={setFind} />
              <div className="flex min-w-0 flex-col gap-4">
                <ScopeCounts counts={report.counts} resources={report.resources} />
                <Lately report={report} />
              </div>
            </div>
          </>
        )}
      </Answered>
    </OperationsPage>
  )
}

interface TreeProps {
  readonly report: ScopesReport
  readonly opened: Opened
  readonly find: string
  readonly onFind: (find: string) => void
}

function Tree({ report, opened, find, onFind }: TreeProps) {
  const now = useServerTime(report.at)
  const gone = useMemo(() => report.closed.filter(({ at }) => at > now - STAYS_MS), [report.closed, now])
  const rows = useMemo(
    () => rowsOf(report.app, { isOpen: opened.isOpen, closed: report.found === null ? gone : [] }),
    [report, opened, gone],
  )
  const { toggle } = opened
  const onToggle = useCallback(
    (row: TreeRow, open: boolean) => row.type === 'scope' && toggle(row.scope, open),
    [toggle],
  )
  return (
    <section aria-label="The tree" className="min-w-0 rounded-xl border bg-card shadow-xs">
      <div className="flex items-center gap-2 border-b p-3">
        <TextField
          label="Find a scope"
          hideLabel
          type="search"
          placeholder="Find by name, kind or tool"
          value={find}
          onChange={(event) => onFind(event.target.value)}
          className="flex-1"
        />
        {opened.all ? (
          <IconButton label="Close all" icon={ChevronsDownUp} onClick={opened.closeAll} />
        ) : (
          <IconButton label="Open all" icon={ChevronsUpDown} onClick={opened.openAll} />
        )}
      </div>
      {report.found === 0 ? (
        <EmptyState icon={SearchX} title="No open scope fits">
          Look for a part of a user’s name, an id, or a tool.
        </EmptyState>
      ) : (
        <ScopeTree
          rows={rows}
          now={now}
          fadesFrom={now - STAYS_MS + FADES_MS}
          onToggle={onToggle}
          onMore={report.room > 0 ? opened.showMore : undefined}
        />
      )}
      <p className="border-t px-4 py-2 text-xs text-muted-foreground" role="status">
        {report.found === null
          ? Object.entries(report.app.below)
              .map(([kind, count]) => countWords(count, kind))
              .join(', ') || 'Nobody is here.'
          : `${report.found.toLocaleString()} found.`}
        {report.outOfSight > 0 && ` ${report.outOfSight.toLocaleString()} more belong to other tenants.`}
      </p>
    </section>
  )
}

function Lately({ report }: { readonly report: ScopesReport }) {
  const now = useServerTime(report.at)
  return <ClosedLately closed={report.closed} now={now} />
}
