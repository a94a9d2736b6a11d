/**
 * A verdict as operators are shown it. The law: it is cut to a fixed length, and tells where in the house something stands,
 * not where on the machine the house stands.
 *
 * @module
 */
import type { CodePlace, RecordedVerdict } from 'toolcrib/operations'
import type { Place, Verdict } from 'toolcrib/registry'

const maxChars = 2_000

export function recordedVerdict(verdict: Verdict): RecordedVerdict {
  return {
    verdict: verdict.verdict,
    at: verdict.at,
    path: verdict.path,
    name: cut(verdict.name),
    code: verdict.code,
    kind: verdict.kind,
    found: cut(verdict.found),
    cause: cut(verdict.cause),
    fix: cut(verdict.fix),
    where: cut(verdict.where),
    existingName: cut(verdict.existingName),
    existingPath: verdict.existingPath,
    existing: codePlace(verdict.existing),
    // Where the server makes what a client describes says nothing of where that came from.
    offered: verdict.trust === 'client' ? undefined : codePlace(verdict.offered),
    origin: cut(verdict.origin),
    trust: verdict.trust,
    advisories: verdict.advisories?.map(({ code, found, cause, fix }) => ({
      code,
      found: cut(found),
      cause: cut(cause),
      fix: cut(fix),
    })),
  }
}

/** The file, and the folder it is in. */
export function codePlace(place: Place): CodePlace
export function codePlace(place: Place | undefined): CodePlace | undefined
export function codePlace(place: Place | undefined): CodePlace | undefined {
  if (place === undefined) return undefined
  return { ...place, file: place.file.split(/[/\\]/).slice(-2).join('/') }
}

function cut(text: string): string
function cut(text: string | undefined): string | undefined
function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > maxChars ? `${text.slice(0, maxChars)}…` : text
}
