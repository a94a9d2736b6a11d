/** The whole failure surface of the tool layer. The law: codes are compared, messages are read. @module */

import type { Retry } from '../protocol/vocabulary.ts'
import type { NotAToolKind } from './classify.ts'

/** What a verdict of the registry says about a tool that it refuses, besides what every verdict says. */
export interface AdmissionDetails {
  NOT_A_TOOL: { kind: NotAToolKind }
  DEFINITION_INVALID: { where: string }
  EFFECT_INVALID: { where: string }
  SCHEMA_INVALID: { where: string }
  SCHEMA_NOT_OBJECT: { where: string }
}

/** Codes with which the registry's verdicts refuse a tool, besides the registry's own. */
export type AdmissionCode = keyof AdmissionDetails

const admission: Record<AdmissionCode, true> = {
  NOT_A_TOOL: true,
  DEFINITION_INVALID: true,
  EFFECT_INVALID: true,
  SCHEMA_INVALID: true,
  SCHEMA_NOT_OBJECT: true,
}
export const admissionCodes: readonly AdmissionCode[] = Object.keys(admission) as AdmissionCode[]

export interface ToolErrorDetails {
  CATALOGUE_REFUSED: { refused: number; offered: number; report: string }
  LIFETIME_UNAVAILABLE: { tool: string; lifetime: string; path: string }
  TOOL_UNUSABLE: { tool: string; codes: readonly string[] }
  CALL_LOST: { tool: string; reason: string }
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
  CALL_LOST: [
    'later',
    (d) => `It is not known whether "${d.tool}" was carried out, because ${d.reason}; check before repeating it`,
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

/** Whether a tool's own words are that nobody knows how its call ended: such as a peer that was lost in the middle of it. */
export function isCallLost(error: unknown): error is ToolError<'CALL_LOST'> {
  return error instanceof Error && error.name === 'ToolError' && 'code' in error && error.code === 'CALL_LOST'
}
