/** One act: a line of the table, a card where there is little room. */
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { Badge } from '../../kit/badge.tsx'
import { IconButton } from '../../kit/icon-button.tsx'
import { useSignedIn } from '../../session/signed-in.ts'
import { type Act, textFact, toldBy } from './acts.ts'
import { AuditDetails } from './audit-details.tsx'
import { outcomeOf, whatOf } from './audit-words.ts'

/** The same for the head of the table and each of its rows. */
export const auditColumns =
  'md:grid md:grid-cols-[5.5rem_minmax(6rem,1fr)_minmax(10rem,1.5fr)_minmax(7rem,1.2fr)_9.5rem_2.5rem] md:items-center md:gap-x-3'

export function AuditRow({ act }: { readonly act: Act }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const newest = act.entries.at(-1)
  if (newest === undefined) return null
  const { icon: Picture, title, detail } = whatOf(act)
  const outcome = outcomeOf(act)
  const tool = toldBy(act, (entry) => entry.tool)
  const fingerprint = toldBy(act, (entry) => textFact(entry, 'fingerprint'))
  return (
    <li className="border-b last:border-b-0">
      <div className={`relative px-4 py-2.5 text-sm ${auditColumns}`}>
        <div className="flex min-w-0 items-baseline gap-2 pr-10 md:contents">
          <time dateTime={new Date(newest.at).toISOString()} className="shrink-0 text-muted-foreground tabular-nums">
            {new Date(newest.at).toLocaleTimeString()}
          </time>
          <Who entry={newest} />
        </div>
        <div className="flex min-w-0 items-start gap-2">
          <Picture aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
          <div className="min-w-0">
            {newest.runId === null ? (
              <span dir="auto">{title}</span>
            ) : (
              <Link
                to="/operations/audit"
                search={{ run: newest.runId }}
                dir="auto"
                className="underline decoration-border underline-offset-4 hover:decoration-current"
              >
                {title}
              </Link>
            )}
            {detail !== undefined && (
              <p dir="auto" className="text-xs text-muted-foreground [overflow-wrap:anywhere]">
                {detail}
              </p>
            )}
          </div>
        </div>
        <p className="min-w-0">
          {tool !== undefined && (
            <bdi className="font-mono text-xs [overflow-wrap:anywhere]" title={fingerprint}>
              {tool}
              {fingerprint !== undefined && <span className="text-muted-foreground"> {shortOf(fingerprint)}</span>}
            </bdi>
          )}
        </p>
        <p className="mt-1.5 min-w-0 md:mt-0">
          {outcome !== undefined && (
            <Badge tone={outcome.tone} icon={outcome.icon}>
              {outcome.word}
            </Badge>
          )}
        </p>
        <IconButton
          label={`${open ? 'Hide' : 'Show'} the details of entry ${newest.number}`}
          icon={ChevronRight}
          aria-expanded={open}
          aria-controls={open ? id : undefined}
          onClick={() => setOpen(!open)}
          className="absolute top-1.5 right-2 md:static aria-expanded:[&>svg]:rotate-90"
        />
      </div>
      {open && (
        <div id={id} className="border-t bg-muted/40 px-4 py-4 md:pl-[6.75rem]">
          <AuditDetails act={act} />
        </div>
      )}
    </li>
  )
}

function Who({ entry }: { readonly entry: Act['entries'][number] }) {
  const { principal } = useSignedIn()
  const { tenant, user } = entry
  return (
    <p className="min-w-0 font-medium [overflow-wrap:anywhere] md:font-normal">
      {user === null ? (
        <span className="text-muted-foreground">{tenant === null ? 'The server' : 'Nobody yet'}</span>
      ) : (
        <bdi>{user}</bdi>
      )}
      {tenant !== null && tenant !== principal.tenant && (
        <bdi className="block text-xs font-normal text-muted-foreground">{tenant}</bdi>
      )}
    </p>
  )
}

/** Enough of a fingerprint to tell two apart at a glance. */
function shortOf(fingerprint: string): string {
  return fingerprint.replace(/^[a-z0-9-]+:/, '').slice(0, 8)
}
