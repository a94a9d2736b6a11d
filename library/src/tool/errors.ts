/** The whole failure surface of the tool layer. The law: codes are compared, messages are read. @module */
import type { Retry } from '../protocol/vocabulary.ts'

/** Codes with which the registry's verdicts refuse a tool, besides the registry's own. */
export type AdmissionCode =
  | 'NOT_A_TOOL'
  | 'DEFINITION_INVALID'
  | 'EFFECT_INVALID'
  | 'SCHEMA_INVALID'
  | 'SCHEMA_NOT_OBJECT'

export const admissionCodes: readonly AdmissionCode[] = [
  'NOT_A_TOOL',
  'DEFINITION_INVALID',
  'EFFECT_INVALID',
  'SCHEMA_INVALID',
  'SCHEMA_NOT_OBJECT',
]

export interface ToolErrorDetails {
  CATALOGUE_REFUSED: { refused: number; offered: number; report: string }
  LIFETIME_UNAVAILABLE: { tool: string; lifetime: string; path: string }
  TOOL_UNUSABLE: { tool: string; codes: readonly string[] }
}

const catalogue: {
  readonly [C in keyof ToolErrorDetails]: readonly [Retry, (details: ToolErrorDetails[C]) => string]
} = {
  CATALOGUE_REFUSED: ['never', (d) => `${d.refused} of ${d.offered} tools are refused:\n\n${d.report}`],
  LIFETIME_UNAVAILABLE: [
    'later',
    (d) =>
      `Tool "${d.tool}" lives as long as a "${d.lifetime}", and there is none above scope "${d.path}"; call it from one, or give it a longer lifetime`,
  ],
  TOOL_UNUSABLE: [
    'never',
    (d) =>
      `Tool "${d.tool}" was called though its definition is refused (${d.codes.join(', ')}); have a tool registry admit it, and do as the verdict says`,
  ],
}

export type ToolErrorCode = keyof ToolErrorDetails
export const toolErrorCodes: readonly ToolErrorCode[] = Object.keys(catalogue) as ToolErrorCode[]

/** Compare `code`: never the message, never the class. */
export class ToolError<C extends ToolErrorCode = ToolErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: ToolErrorDetails[C]

  constructor(code: C, details: ToolErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code][1](details), options)
    this.name = 'ToolError'
    this.code = code
    this.retry = catalogue[code][0]
    this.details = details
  }
}
