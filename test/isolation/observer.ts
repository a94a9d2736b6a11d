/**
 * What sees everything that can be seen from outside, and some of what cannot. The law: each text has a place, each place
 * one owner or nobody; a canary, or an id, of somebody else is a leak, and both are named.
 *
 * @module
 */
import { type Canary, type CanaryKind, canariesIn } from './canary.ts'
import { approves, calledBy } from './people.ts'

/** Whose a place is. Nobody's: what operators, other machines and other people get to read. */
export type Party = number | 'nobody'

export type PlaceKind =
  | 'frame'
  | 'answer'
  | 'stream'
  | 'notice'
  | 'log line'
  | 'metrics'
  | 'health'
  | 'audit record'
  | 'output of the process'
  | 'model request'
  | 'call'
  | 'row'

export interface Place {
  readonly kind: PlaceKind
  readonly of: Party
  /** More about where, for a reader. */
  readonly where?: string
  /** Ids of others that its owner has said themselves, and may hear again. */
  readonly said?: ReadonlySet<string>
}

export interface Observer {
  see(place: Place, text: string): void
  /** Something that no canary shows, such as an answer that tells a foreign id from one that never was. */
  complain(what: string): void
  /** What went wrong so far, in words. */
  readonly leaks: readonly string[]
  /** Texts seen, by kind of place. */
  readonly places: ReadonlyMap<PlaceKind, number>
  /** Canaries seen where they belong, by kind. */
  readonly canaries: ReadonlyMap<CanaryKind, number>
  /** How often something happened that may change what this person is shown: of theirs, or theirs to approve. */
  newsFor(person: number): number
  /** The ids of somebody, newest first, by their prefix. */
  idsOf(person: number, prefix: string): readonly string[]
}

/** As `createId` makes them. */
const idShape = /\b([a-z]{2,4})_[0-9a-f]{32}\b/g
/** Of the machine, and not of anybody. */
const anybodys: ReadonlySet<string> = new Set(['node'])
const excerptChars = 160

export function createObserver(): Observer {
  const leaks: string[] = []
  const places = new Map<PlaceKind, number>()
  const canaries = new Map<CanaryKind, number>()
  const owners = new Map<string, number>()
  const news = new Map<number, number>()

  function see(place: Place, text: string): void {
    count(places, place.kind)
    if (place.kind === 'notice' && place.of !== 'nobody') count(news, place.of)
    for (const found of canariesIn(text)) {
      if (belongs(found, place)) count(canaries, found.kind)
      else leaks.push(leakOf(`the ${found.kind} "${found.text}"`, found.owner, place, around(text, found.text)))
    }
    for (const [id, prefix = ''] of text.matchAll(idShape)) seeId(place, { id, prefix, text })
  }

  function seeId(place: Place, { id, prefix, text }: { readonly id: string; prefix: string; text: string }): void {
    if (anybodys.has(prefix) || place.said?.has(id)) return
    if (place.of === 'nobody') {
      if (place.kind === 'metrics') leaks.push(leakOf(`the id "${id}"`, owners.get(id), place, around(text, id)))
      return
    }
    const owner = owners.get(id)
    if (owner === undefined) owners.set(id, place.of)
    else if (prefix === 'apr' && isInbox(place, owner)) return
    else if (owner !== place.of) leaks.push(leakOf(`the id "${id}"`, owner, place, around(text, id)))
  }

  return {
    see,
    complain: (what) => void leaks.push(what),
    leaks,
    places,
    canaries,
    newsFor: (person) =>
      [...news].reduce((sum, [of, noticed]) => (of === person || approves(person, of) ? sum + noticed : sum), 0),
    idsOf: (person, prefix) =>
      [...owners].flatMap(([id, owner]) => (owner === person && id.startsWith(`${prefix}_`) ? [id] : [])).reverse(),
  }
}

/** The rules. Ids may be logged; what people and tools say may not, but for the message of what a tool threw. */
function belongs({ owner, kind }: Canary, place: Place): boolean {
  switch (kind) {
    case 'secret':
      // Kept for as long as its call is open, beside the log; nobody is shown it.
      return place.of === owner && (place.kind === 'call' || (place.kind === 'row' && place.where === 'call_inputs'))
    case 'late':
      return false
    case 'fault':
      return place.of === owner || place.kind === 'log line'
    case 'offer':
      // The name of a tool is what operators know it by; what it says of itself is not for them.
      return place.of === owner || (place.of === 'nobody' && namedIn.has(place.kind))
    case 'name':
      return place.of === owner || isInbox(place, owner)
    case 'payment':
      return place.of === owner || isInbox(place, owner) || isAnswered(place, owner)
    case 'reason':
      return place.of === owner || isAnswered(place, owner)
    default:
      return place.of === owner
  }
}

const namedIn: ReadonlySet<PlaceKind> = new Set(['log line', 'audit record', 'health'])
const inboxes: ReadonlySet<string | undefined> = new Set(['ok', 'GET /v1/approvals'])

/** Where an approver is shown what somebody else asks for: in the answers to the question for that, and nowhere else. */
function isInbox({ of, where }: Place, requester: number): boolean {
  return of !== 'nobody' && approves(of, requester) && inboxes.has(where)
}

/** What an approver writes goes to the one who asked. */
function isAnswered({ of }: Place, approver: number): boolean {
  return of !== 'nobody' && approves(approver, of)
}

function leakOf(what: string, owner: number | undefined, place: Place, excerpt: string): string {
  const whose = owner === undefined ? '' : ` of ${calledBy(owner)}`
  const where = `a ${place.kind}${place.of === 'nobody' ? '' : ` of ${calledBy(place.of)}`}`
  return `${what}${whose} in ${where}${place.where === undefined ? '' : ` (${place.where})`}: ${excerpt}`
}

function around(text: string, found: string): string {
  const at = Math.max(0, text.indexOf(found) - excerptChars / 2)
  const excerpt = text.slice(at, at + found.length + excerptChars)
  return `${at > 0 ? '…' : ''}${excerpt}${at + excerpt.length < text.length ? '…' : ''}`
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
