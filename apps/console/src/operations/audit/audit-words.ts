/** What an act was, and how it came out, in words and a picture. */
import {
  Ban,
  Bot,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock3,
  Eye,
  FileWarning,
  Hourglass,
  KeyRound,
  LogIn,
  LogOut,
  Power,
  PowerOff,
  ShieldAlert,
  Unplug,
  UserCheck,
  UserX,
  Wrench,
} from 'lucide-react'
import type { SeenAuditEntry } from 'toolcrib/operations'
import type { Tone } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'
import { type Act, entryOf, fact, textFact, toldBy } from './acts.ts'

export interface Told {
  readonly icon: Icon
  readonly title: string
  /** What else there is to it, in one line. */
  readonly detail?: string | undefined
}

export interface Outcome {
  readonly word: string
  readonly tone: Tone
  readonly icon: Icon
}

export function whatOf(act: Act): Told {
  const newest = act.entries.at(-1)
  if (newest === undefined) return { icon: CircleHelp, title: 'Nothing' }
  if (act.about === 'call') return { icon: Wrench, title: 'Tool call', detail: decisionOf(act) }
  if (act.about === 'run') {
    const agent = toldBy(act, (entry) => textFact(entry, 'agent'))
    const model = toldBy(act, (entry) => textFact(entry, 'model'))
    return { icon: Bot, title: agent === undefined ? 'Run' : `Run of ${agent}`, detail: model }
  }
  return wordsOf(newest)
}

function wordsOf(entry: SeenAuditEntry): Told {
  const count = fact(entry, 'count')
  const times = typeof count === 'number' && count > 1 ? `${count} times` : undefined
  switch (entry.kind) {
    case 'signed_in':
      return { icon: LogIn, title: 'Signed in' }
    case 'signed_out':
      return { icon: LogOut, title: fact(entry, 'everywhere') === true ? 'Signed out everywhere' : 'Signed out' }
    case 'access_refused':
      return { icon: ShieldAlert, title: 'Turned away', detail: times }
    case 'credentials_revoked':
      return { icon: KeyRound, title: 'Credentials taken back', detail: `by ${entry.by}` }
    case 'looked':
      return { icon: Eye, title: 'A run was read', detail: `by ${entry.by}` }
    case 'tool_refused':
      return { icon: FileWarning, title: 'An offered tool was refused', detail: times ?? textFact(entry, 'name') }
    case 'scope_leaked':
      return { icon: Unplug, title: 'A scope was left open', detail: textFact(entry, 'path') }
    case 'server_started':
      return { icon: Power, title: 'Server started', detail: `Version ${textFact(entry, 'version')}` }
    case 'server_stopped':
      return { icon: PowerOff, title: 'Server stopped' }
    case 'audit_lost':
      return { icon: FileWarning, title: 'Entries were lost', detail: `${JSON.stringify(count)} could not be written` }
    default:
      return { icon: CircleHelp, title: titleOf(entry) }
  }
}

/** Of one entry by itself, within an act. */
export function titleOf({ kind, by }: SeenAuditEntry): string {
  switch (kind) {
    case 'call_started':
      return 'Started'
    case 'call_ended':
      return 'Ended'
    case 'call_late':
      return 'Settled after all; the result was not used'
    case 'approval_requested':
      return 'Approval asked for'
    case 'approval_resolved':
      return by === null ? 'Approval closed' : `Decided by ${by}`
    case 'run_started':
      return 'Started'
    case 'run_ended':
      return 'Ended'
    default:
      return 'On record'
  }
}

function decisionOf(act: Act): string | undefined {
  const resolved = entryOf(act, 'approval_resolved')
  if (resolved?.by == null) return undefined
  const edited = fact(resolved, 'edited') === true ? ', with edited arguments' : ''
  return `${resolved.outcome === 'approved' ? 'Approved' : 'Denied'} by ${resolved.by}${edited}`
}

export function outcomeOf(act: Act): Outcome | undefined {
  const ended = entryOf(act, 'call_ended') ?? entryOf(act, 'run_ended')
  if (ended !== undefined) return outcomeWord(ended.outcome)
  const newest = act.entries.at(-1)
  if (newest?.kind === 'approval_requested') return { word: 'Waits for approval', tone: 'warn', icon: Hourglass }
  if (newest?.kind === 'call_started' || newest?.kind === 'run_started') {
    return { word: 'Started', tone: 'neutral', icon: Clock3 }
  }
  return newest?.outcome == null ? undefined : outcomeWord(newest.outcome)
}

const words: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['ok', { word: 'Done', tone: 'good', icon: CircleCheck }],
  ['completed', { word: 'Completed', tone: 'good', icon: CircleCheck }],
  ['approved', { word: 'Approved', tone: 'good', icon: UserCheck }],
  ['failed', { word: 'Failed', tone: 'bad', icon: CircleX }],
  ['invalid', { word: 'Arguments did not fit', tone: 'warn', icon: CircleX }],
  ['refused', { word: 'Refused', tone: 'warn', icon: Ban }],
  ['denied', { word: 'Denied', tone: 'warn', icon: UserX }],
  ['timed_out', { word: 'Timed out', tone: 'bad', icon: Clock3 }],
  ['cancelled', { word: 'Cancelled', tone: 'neutral', icon: Ban }],
  ['stopped', { word: 'Stopped', tone: 'neutral', icon: Ban }],
  ['expired', { word: 'Expired', tone: 'warn', icon: Clock3 }],
  ['limit_reached', { word: 'Limit reached', tone: 'warn', icon: Ban }],
  ['abandoned', { word: 'Abandoned', tone: 'bad', icon: Unplug }],
  ['unknown', { word: 'Not known', tone: 'bad', icon: CircleHelp }],
])

/** A code says itself. */
export function outcomeWord(outcome: string | null): Outcome | undefined {
  if (outcome === null) return undefined
  return words.get(outcome) ?? { word: outcome, tone: 'warn', icon: Ban }
}

/** Those that can be chosen to be shown. */
export const outcomeChoices: readonly { readonly value: string; readonly label: string }[] = [...words].map(
  ([value, { word }]) => ({ value, label: word }),
)
