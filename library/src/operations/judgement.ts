/** What would happen if something were offered as a tool. Types only. @module */
import type { Effect, JsonObject } from '../protocol/vocabulary.ts'
import type { CandidateTrust, RecordedVerdict } from './registry.ts'

export interface JudgementRequest {
  /** JSON: one definition, a list of them, or an MCP server's answer to `tools/list`. */
  readonly text: string
  /** Default: `source`. */
  readonly trust?: CandidateTrust | undefined
}

/** Nothing of what was judged stays, and no count tells of it. */
export interface Judgement {
  readonly judged: readonly JudgedCandidate[]
  /** How many more there were than are judged at once. */
  readonly leftOut: number
}

/**
 * What a candidate was taken for. `mcp`, `openai` and `anthropic` describe a tool, and were judged as the tool that their
 * adapter would make of them; `other` was judged as it is.
 */
export type CandidateForm = 'definition' | 'mcp' | 'openai' | 'anthropic' | 'other'

export interface JudgedCandidate {
  /** A JSON Pointer into the text; '' is all of it. */
  readonly pointer: string
  readonly form: CandidateForm
  readonly verdict: RecordedVerdict
  /** What is worth knowing, refused or not. */
  readonly notes: readonly string[]
  /** Unless it is no tool: what it would be, and what a model would be shown. */
  readonly tool?: {
    readonly name: string
    readonly description: string
    readonly inputSchema: JsonObject
    readonly effect: Effect
    readonly fingerprint: string
  }
}
