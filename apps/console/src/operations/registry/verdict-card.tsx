/** One verdict: what was offered, what was found, why, what to do, and both places of a clash. */
import { Ban, CircleCheck, RefreshCw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { CodePlace, RecordedVerdict } from 'toolcrib/operations'
import type { Tone } from '../../kit/badge.tsx'
import { Badge, toneText } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'
import { Fact, Facts } from '../parts/facts.tsx'
import { Names } from '../parts/names.tsx'

interface Look {
  readonly tone: Tone
  readonly icon: Icon
  readonly word: string
}

const looks: Readonly<Record<RecordedVerdict['verdict'], Look>> = {
  admitted: { tone: 'good', icon: CircleCheck, word: 'admitted' },
  unchanged: { tone: 'neutral', icon: CircleCheck, word: 'unchanged' },
  replaced: { tone: 'primary', icon: RefreshCw, word: 'replaced' },
  refused: { tone: 'bad', icon: Ban, word: 'refused' },
}

export interface VerdictCardProps {
  readonly verdict: RecordedVerdict
  /** Beside its name, such as when it was. */
  readonly aside?: ReactNode
  /** What is called otherwise here, by path. */
  readonly pathWords?: (path: string) => string
  readonly children?: ReactNode
}

export function VerdictCard({ verdict, aside, pathWords = (path) => path, children }: VerdictCardProps) {
  const { advisories = [] } = verdict
  const isAdvised = verdict.verdict !== 'refused' && advisories.length > 0
  const look: Look = isAdvised
    ? { tone: 'warn', icon: TriangleAlert, word: `${verdict.verdict}, with a warning` }
    : looks[verdict.verdict]
  const Picture = look.icon
  return (
    <article className="min-w-0 rounded-xl border bg-card px-4 py-3 shadow-xs">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Picture aria-hidden="true" className={`size-4 shrink-0 ${toneText[look.tone]}`} />
        <h3 className="min-w-0 text-sm font-semibold [overflow-wrap:anywhere]">
          <bdi>{verdict.name ?? 'Something without a name'}</bdi>
        </h3>
        <Badge tone={look.tone}>{look.word}</Badge>
        {verdict.code !== undefined && (
          <code className="rounded-md bg-muted px-1.5 py-0.5 text-xs">
            {verdict.code}
            {verdict.kind !== undefined && ` / ${verdict.kind}`}
          </code>
        )}
        <span className="ms-auto text-xs text-muted-foreground">{aside}</span>
      </div>
      <div className="mt-2">
        <Facts>
          <Line name="Found" text={verdict.found} />
          <Line name="Where" text={verdict.where} code />
          {verdict.existingPath !== undefined && (
            <Fact name="Held by">
              <Holder name={verdict.existingName} path={pathWords(verdict.existingPath)} place={verdict.existing} />
            </Fact>
          )}
          {verdict.verdict === 'refused' && (verdict.offered !== undefined || verdict.origin !== undefined) && (
            <Fact name="Offered">
              {verdict.origin !== undefined && <bdi>by {verdict.origin}</bdi>} {placeText(verdict.offered)}
            </Fact>
          )}
          <Line name="Cause" text={verdict.cause} />
          {verdict.fix !== undefined && verdict.fix !== '' && (
            <Fact name="What to do">
              <bdi className="font-medium">
                <Names text={verdict.fix} />
              </bdi>
            </Fact>
          )}
          {advisories.map((advisory) => (
            <Fact key={advisory.code} name="Warning">
              <code className="text-xs">{advisory.code}</code>: {advisory.found}. <Names text={advisory.fix} />
            </Fact>
          ))}
        </Facts>
      </div>
      {children}
    </article>
  )
}

function Line({ name, text, code = false }: LineProps) {
  if (text === undefined || text === '') return null
  return (
    <Fact name={name}>
      <bdi className={`whitespace-pre-wrap ${code ? 'font-mono text-xs' : ''}`}>{text}</bdi>
    </Fact>
  )
}

interface LineProps {
  readonly name: string
  readonly text: string | undefined
  readonly code?: boolean
}

interface HolderProps {
  readonly name: string | undefined
  readonly path: string
  readonly place: CodePlace | undefined
}

function Holder({ name, path, place }: HolderProps) {
  return (
    <>
      <bdi className="font-mono text-xs">{name}</bdi> in <bdi className="font-mono text-xs">{path}</bdi>
      {place !== undefined && <>, defined {placeText(place)}</>}
    </>
  )
}

export function placeText(place: CodePlace | undefined): ReactNode {
  return (
    place !== undefined && (
      <>
        at <bdi className="font-mono text-xs">{`${place.file}:${place.line}`}</bdi>
      </>
    )
  )
}
