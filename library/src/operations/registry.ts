/** The tools of the house, what became of everything offered, and what would become of something. Types only. @module */
import type { Approvers } from '../protocol/approvers.ts'
import type { Effect, JsonObject } from '../protocol/vocabulary.ts'

export interface RegistryQuestion {
  readonly query: Record<never, never>
  readonly reply: RegistryReport
}

export interface RegistryReport {
  readonly at: number
  /** Counts of every verdict of the process since its start, and of its refusals and advisories by code. */
  readonly verdicts: Readonly<Record<'admitted' | 'unchanged' | 'replaced' | 'refused', number>>
  readonly refusals: Readonly<Record<string, number>>
  readonly advisories: Readonly<Record<string, number>>
  /** The catalogue, in the order of the names, and then what connections in sight offer. */
  readonly tools: readonly ToolRow[]
  /** How many different ones were left out of a list that became too long. */
  readonly omitted: number
  /** Refused, or let pass by `report` mode; those in sight, the newest first. */
  readonly objections: readonly RecordedVerdict[]
}

/** One tool, as everybody who offers the very same offers it. */
export interface ToolRow {
  readonly name: string
  readonly title?: string | undefined
  /** `catalogue`: built once at the start. `connection`: offered by pages and programs that are connected now. */
  readonly from: 'catalogue' | 'connection'
  /** Who gave it, such as `starter tools`; of connections, the first. */
  readonly origin?: string | undefined
  /** How many scopes hold it. */
  readonly holders: number
  readonly effect: Effect
  readonly category?: string | undefined
  readonly tags: readonly string[]
  readonly version?: string | undefined
  readonly deprecated?: string | undefined
  readonly fingerprint: string
  /** Whether some rule lets somebody use it. */
  readonly usable: boolean
  /** Whether a call waits for a person. */
  readonly approval: boolean
  /** Calls since the start by outcome. What connections offer is counted together, and not here. */
  readonly calls: Readonly<Record<string, number>>
}

/** All tools of one name: several when connections offer different ones. Empty: nobody in sight offers it now. */
export interface ToolQuestion {
  readonly query: { readonly name: string }
  readonly reply: { readonly tools: readonly ToolDetail[] }
}

export interface ToolDetail extends ToolRow {
  readonly description: string
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject | undefined
  /** Whose the schema of its input was: `zod`, `json-schema`, … */
  readonly vendor: string
  readonly idempotent: boolean
  /** Null: only the run's own deadline. */
  readonly timeoutMs: number | null
  /** Calls at work at once; null: any number. */
  readonly maxConcurrent: number | null
  readonly lifetime: string
  readonly requires: { readonly roles: readonly string[]; readonly scopes: readonly string[] }
  /** The rules that let somebody use it; none: nobody may. */
  readonly rules: readonly {
    readonly roles: readonly string[]
    readonly scopes: readonly string[]
    readonly tools: readonly string[]
  }[]
  /** Who answers is among each of these; none: the one who asks. */
  readonly approvers: readonly Approvers[]
  /** Names of the agents whose choice it is in. */
  readonly agents: readonly string[]
  readonly definedAt?: CodePlace | undefined
  /** Of a connection's: the paths of the scopes that hold it, the first of them. */
  readonly heldBy: readonly string[]
}

/** The folder and the file, and where in it. */
export interface CodePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What the registry answered to one candidate. Texts are cut to a fixed length. */
export interface RecordedVerdict {
  readonly verdict: 'admitted' | 'unchanged' | 'replaced' | 'refused'
  readonly at: number
  /** The scope that judged. */
  readonly path: string
  readonly name?: string | undefined
  readonly code?: string | undefined
  /** A finer word under the code. */
  readonly kind?: string | undefined
  readonly found?: string | undefined
  readonly cause?: string | undefined
  readonly fix?: string | undefined
  /** Where inside the candidate. */
  readonly where?: string | undefined
  /** Of a clash: who holds the name, in which scope, and where it was defined. */
  readonly existingName?: string | undefined
  readonly existingPath?: string | undefined
  readonly existing?: CodePlace | undefined
  /** Where the candidate was defined, or else offered. */
  readonly offered?: CodePlace | undefined
  readonly origin?: string | undefined
  readonly trust?: CandidateTrust | undefined
  /** What `report` mode let pass. */
  readonly advisories?:
    | readonly { readonly code: string; readonly found: string; readonly cause: string; readonly fix: string }[]
    | undefined
}

/** How far who offers is trusted: the program's own code, a source that it chose, or a client. */
export type CandidateTrust = 'code' | 'source' | 'client'
