/** All there is of one act, entry by entry; of a call also what the list had not loaded. */
import { Link } from '@tanstack/react-router'
import type { SeenAuditEntry } from 'toolcrib/operations'
import type { JsonValue } from 'toolcrib/protocol'
import { Badge } from '../../kit/badge.tsx'
import { formatDuration } from '../../parts/time.ts'
import { useAnswer } from '../ask.ts'
import type { Act } from './acts.ts'
import { outcomeWord, titleOf, whatOf } from './audit-words.ts'

export function AuditDetails({ act }: { readonly act: Act }) {
  const [first] = act.entries
  if (act.about === 'call' && first !== undefined && first.callId !== null) {
    return <WholeCall act={act} callId={first.callId} runId={first.runId} />
  }
  return <Entries act={act} entries={act.entries} />
}

interface WholeCallProps {
  readonly act: Act
  readonly callId: string
  readonly runId: string | null
}

function WholeCall({ act, callId, runId }: WholeCallProps) {
  const { data } = useAnswer('audit', { callId, ...(runId !== null && { runId }) })
  return <Entries act={act} entries={data?.entries.toReversed() ?? act.entries} />
}

function Entries({ act, entries }: { readonly act: Act; readonly entries: readonly SeenAuditEntry[] }) {
  const [first] = entries
  const ids = first === undefined ? [] : [...named('Run', first.runId), ...named('Call', first.callId)]
  return (
    <div className="flex flex-col gap-4">
      <ol className="flex flex-col gap-4">
        {entries.map((entry) => (
          <li key={entry.number} className="min-w-0">
            <p className="mb-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
              <bdi>{act.about === 'other' ? whatOf(act).title : titleOf(entry)}</bdi>
              <OutcomeBadge outcome={entry.outcome} />
              <span className="font-normal text-muted-foreground">
                <time dateTime={new Date(entry.at).toISOString()}>{new Date(entry.at).toLocaleString()}</time>
                {` · entry ${entry.number}`}
              </span>
            </p>
            <Facts facts={factsOf(entry)} />
          </li>
        ))}
      </ol>
      <Facts facts={ids} />
      {first !== undefined && first.runId !== null && (
        <Link
          to="/operations/runs/$runId"
          params={{ runId: first.runId }}
          className="self-start text-sm underline underline-offset-4"
        >
          Open the run
        </Link>
      )}
    </div>
  )
}

type Fact = readonly [label: string, text: string]

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  if (facts.length === 0) return null
  return (
    <dl className="grid grid-cols-1 gap-x-4 gap-y-0.5 text-xs sm:grid-cols-[10.5rem_minmax(0,1fr)]">
      {facts.map(([label, text]) => (
        <div key={label} className="contents">
          <dt className="mt-1 text-muted-foreground sm:mt-0">{label}</dt>
          <dd dir="auto" className="min-w-0 font-mono [overflow-wrap:anywhere]">
            {text}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function OutcomeBadge({ outcome }: { readonly outcome: string | null }) {
  const told = outcomeWord(outcome)
  return (
    told !== undefined && (
      <Badge tone={told.tone} icon={told.icon}>
        {told.word}
      </Badge>
    )
  )
}

const labels: ReadonlyMap<string, string> = new Map([
  ['fingerprint', 'Fingerprint of the tool'],
  ['inputHash', 'Hash of the arguments'],
  ['effect', 'What it may do'],
  ['durationMs', 'Took'],
  ['afterMs', 'Settled after'],
  ['expiresAt', 'Expires'],
  ['error', 'Why'],
  ['reason', 'Reason given'],
  ['manifest', 'Tools it was shown'],
  ['agentRunId', 'Run of the called agent'],
  ['parentCallId', 'Called by'],
  ['inputTokens', 'Tokens in'],
  ['outputTokens', 'Tokens out'],
  ['approvalId', 'Approval'],
  ['tokenId', 'Token'],
  ['count', 'How often'],
  ['since', 'Since'],
  ['configuration', 'Fingerprint of the configuration'],
  ['node', 'Node.js'],
])

function factsOf({ facts, hash }: SeenAuditEntry): readonly Fact[] {
  const told = Object.entries(facts).map(
    ([name, value]) => [labels.get(name) ?? wordOf(name), show(name, value)] as const,
  )
  return [...told, ...named('Hash of the entry', hash ?? null)]
}

function named(label: string, text: string | null): readonly Fact[] {
  return text === null ? [] : [[label, text]]
}

function show(name: string, value: JsonValue): string {
  if (typeof value === 'number' && name.endsWith('Ms')) return formatDuration(value)
  if (typeof value === 'number' && (name === 'expiresAt' || name === 'since')) return new Date(value).toLocaleString()
  if (value === true) return 'yes'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `costMicros`: Cost micros. */
function wordOf(name: string): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${spaced.slice(0, 1).toUpperCase()}${spaced.slice(1)}`
}
