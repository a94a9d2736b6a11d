/** Scopes that were let go without being closed: named, and what to do. */
import { TriangleAlert } from 'lucide-react'
import type { LeakedScope } from 'toolcrib/operations'
import { PathText } from './scope-details.tsx'
import { kindWords } from './scope-words.ts'

const SHOWN = 10

export function Leaks({ leaked }: { readonly leaked: readonly LeakedScope[] }) {
  if (leaked.length === 0) return null
  return (
    <section aria-label="Leaks" className="rounded-xl border border-bad/40 bg-bad/8 px-4 py-3">
      <h2 className="flex items-center gap-2 text-sm font-semibold text-bad">
        <TriangleAlert aria-hidden="true" className="size-4" />
        {leaked.length === 1 ? 'A scope leaked' : `${leaked.length} scopes leaked`}
      </h2>
      <p className="mt-1 text-sm">
        Whoever opened {leaked.length === 1 ? 'it' : 'them'} let go without closing. What was owned has been closed by
        the registry. Find the code that opens a scope of this kind, and close it on the line after it was made.
      </p>
      <ul className="mt-2 flex flex-col gap-1">
        {leaked.slice(0, SHOWN).map(({ path, kind, at }) => (
          <li key={`${path} ${at}`} className="flex flex-wrap items-center gap-x-3 text-sm">
            <span className="text-bad">{kindWords(kind).one}</span>
            <PathText path={path} />
            <time dateTime={new Date(at).toISOString()} className="text-xs text-muted-foreground">
              {new Date(at).toLocaleTimeString()}
            </time>
          </li>
        ))}
      </ul>
      {leaked.length > SHOWN && <p className="mt-1 text-sm text-muted-foreground">and {leaked.length - SHOWN} more</p>}
    </section>
  )
}
