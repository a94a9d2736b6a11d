/** How many scopes were opened and closed, of each kind, and that nothing is left over. */
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ScopesReport } from 'toolcrib/operations'
import { inOrderOfKinds, kindWords } from './scope-words.ts'

export function ScopeCounts({ counts, resources }: Pick<ScopesReport, 'counts' | 'resources'>) {
  const sum = (part: 'opened' | 'closed' | 'leaked' | 'open') => counts.reduce((total, kind) => total + kind[part], 0)
  const leaked = sum('leaked')
  return (
    <section aria-label="Counts of the whole server" className="rounded-xl border bg-card shadow-xs">
      <div className="overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead className="text-xs text-muted-foreground">
            <tr>
              <th scope="col" className="ps-4 pe-1 pt-3 pb-1.5 text-start font-medium">
                Whole server
              </th>
              <th scope="col" className="px-1 pt-3 pb-1.5 text-end font-medium">
                open
              </th>
              <th scope="col" className="px-1 pt-3 pb-1.5 text-end font-medium">
                opened
              </th>
              <th scope="col" className="px-1 pt-3 pb-1.5 text-end font-medium">
                closed
              </th>
              <th scope="col" className="ps-1 pe-4 pt-3 pb-1.5 text-end font-medium">
                leaked
              </th>
            </tr>
          </thead>
          <tbody>
            {inOrderOfKinds(counts).map((row) => {
              const { icon: Picture, many } = kindWords(row.kind)
              return (
                <tr key={row.kind}>
                  <th scope="row" className="ps-4 pe-1 py-1 text-start font-normal">
                    <span className="flex items-center gap-2">
                      <Picture aria-hidden="true" className="size-4 text-muted-foreground" />
                      {many}
                    </span>
                  </th>
                  <td className="px-1 py-1 text-end font-medium">{row.open.toLocaleString()}</td>
                  <td className="px-1 py-1 text-end text-muted-foreground">{row.opened.toLocaleString()}</td>
                  <td className="px-1 py-1 text-end text-muted-foreground">{row.closed.toLocaleString()}</td>
                  <td
                    className={`ps-1 pe-4 py-1 text-end ${row.leaked > 0 ? 'font-semibold text-bad' : 'text-muted-foreground'}`}
                  >
                    {row.leaked.toLocaleString()}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p className="mt-2 flex items-start gap-2 border-t px-4 py-2.5 text-sm">
        {leaked === 0 && resources.overdue === 0 ? (
          <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-good" />
        ) : (
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad" />
        )}
        <span>
          {sum('opened').toLocaleString()} opened − {sum('closed').toLocaleString()} closed ={' '}
          <strong className="font-semibold">{sum('open').toLocaleString()} open</strong>.{' '}
          {leaked === 0 ? 'None leaked.' : `${leaked.toLocaleString()} of the closed ones leaked.`}{' '}
          {resources.overdue > 0 && `${resources.overdue.toLocaleString()} owned things would not close in time. `}
          They own {resources.open.toLocaleString()} {resources.open === 1 ? 'thing' : 'things'}.
        </span>
      </p>
    </section>
  )
}
