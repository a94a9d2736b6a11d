/**
 * What would happen if something were offered as tools. The law: it is judged by the admission that would judge it, in a
 * scope on trial, which is closed in the turn it was opened in: nothing stays, and nobody else can see or count it.
 *
 * @module
 */
import { isTool, type Tool } from 'toolcrib'
import { costlySchema, oversizedSchema, type SchemaObjection } from 'toolcrib/gateway'
import type { CandidateTrust, JudgedCandidate, Judgement } from 'toolcrib/operations'
import type { Verdict } from 'toolcrib/registry'
import { type Candidate, readCandidates } from './candidates.ts'
import type { House } from './house.ts'
import { recordedVerdict } from './recorded-verdict.ts'

export interface JudgementOptions {
  readonly text: string
  readonly trust: CandidateTrust
  /** Lets others have their turn. */
  readonly nextTurn: () => Promise<void>
}

/** @throws ServerError `TEXT_NOT_JSON`, and `REQUEST_INVALID` for what is too deep. */
export async function judge(house: House, { text, trust, nextTurn }: JudgementOptions): Promise<Judgement> {
  const { list, leftOut } = await readCandidates(text, nextTurn)
  const objections = new Map(list.map((candidate) => [candidate, objectionTo(candidate, trust, house)] as const))
  const sound = list.filter((candidate) => objections.get(candidate) === undefined)
  const verdicts = onTrial(house, sound, trust)
  const asking = { house, trust, catalogue: namesByFingerprint(house) }
  const judged = list.flatMap((candidate): readonly JudgedCandidate[] => {
    const objection = objections.get(candidate)
    const verdict = objection === undefined ? verdicts.get(candidate) : refusedBy(candidate, objection, house)
    return verdict === undefined ? [] : [describe(candidate, verdict, asking)]
  })
  return { judged, leftOut }
}

/** A scope of its own for each answer, below the app's: as one would be opened for a source. */
function onTrial(
  { registry }: House,
  candidates: readonly Candidate[],
  trust: CandidateTrust,
): ReadonlyMap<Candidate, Verdict> {
  const trial = registry.open({ kind: 'trial', name: 'judgement', trial: true })
  try {
    const verdicts = trial.offer(
      candidates.map(({ offered }) => offered),
      { trust },
    )
    return new Map(
      candidates.flatMap((candidate, index) => (verdicts[index] === undefined ? [] : [[candidate, verdicts[index]]])),
    )
  } finally {
    void trial.close()
  }
}

/** What the gateway would say of a client's tool before it asked the registry. */
function objectionTo({ offered }: Candidate, trust: CandidateTrust, { limits }: House): SchemaObjection | undefined {
  if (trust !== 'client' || !isTool(offered)) return undefined
  const { input, output } = offered
  const schemas = { inputSchema: input.jsonSchema, ...(output && { outputSchema: output.jsonSchema }) }
  return oversizedSchema(schemas, limits.maxOfferedSchemaBytes) ?? costlySchema(offered)
}

function refusedBy({ offered }: Candidate, objection: SchemaObjection, { registry, clock }: House): Verdict {
  const { code, path, found, fix } = objection
  return {
    verdict: 'refused',
    path: registry.path,
    at: clock.now(),
    trust: 'client',
    code,
    found,
    fix,
    name: isTool(offered) ? offered.name : undefined,
    where: path.replace(/^\/(input|output)Schema/, '/$1'),
    cause: 'A client is not trusted with schemas that cost more than this.',
  }
}

interface Asking {
  readonly house: House
  readonly trust: CandidateTrust
  /** Names of its tools, by their fingerprints. */
  readonly catalogue: ReadonlyMap<string, string>
}

function namesByFingerprint({ registry }: House): ReadonlyMap<string, string> {
  const entries = registry.inspect().entries()
  return new Map(entries.flatMap(({ name, entry }) => (entry === undefined ? [] : [[entry.fingerprint, name]])))
}

function describe(candidate: Candidate, verdict: Verdict, asking: Asking): JudgedCandidate {
  const { pointer, form, offered, inputAt, notes } = candidate
  // Where the server makes it says nothing of where it was written.
  const { offered: _here, existing, where, ...said } = recordedVerdict(verdict)
  const isHeldHere = verdict.existingPath === verdict.path
  return {
    pointer,
    form,
    verdict: {
      ...said,
      existing: isHeldHere ? undefined : existing,
      where: where?.replace(/^\/input(?=\/|$)/, inputAt),
    },
    notes: [...notes, ...(isTool(offered) ? notesOn(offered, asking) : [])],
    ...(isTool(offered) ? { tool: shown(offered) } : {}),
  }
}

function shown({ name, description, input, effect, fingerprint }: Tool): NonNullable<JudgedCandidate['tool']> {
  return { name, description, inputSchema: input.jsonSchema, effect, fingerprint }
}

function notesOn(tool: Tool, { house, trust, catalogue }: Asking): readonly string[] {
  const { allow, approval } = house.policy.rulesOf(tool)
  const costly = trust === 'client' ? undefined : costlySchema(tool)
  const twin = catalogue.get(tool.fingerprint)
  return [
    allow.length === 0 ? ['No rule of the policy lets anybody use it.'] : [],
    approval ? ['Each call would wait for a person to agree.'] : [],
    costly === undefined ? [] : [`Checking its arguments may be costly: ${costly.found}.`],
    twin === undefined ? [] : [`It reads exactly as “${twin}” of the catalogue: the fingerprints are the same.`],
  ].flat()
}
