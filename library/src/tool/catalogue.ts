/** The verdicts on a catalogue, told together. The law: a bad catalogue stops the start, with every refusal printed. @module */
import type { Place, Verdict } from '../registry/verdict.ts'
import { ToolError } from './errors.ts'

/**
 * Every refusal with its code, place, cause and fix, and after them what report mode let pass. Empty when there is
 * nothing to tell.
 */
export function catalogueReport(verdicts: readonly Verdict[]): string {
  const refused = verdicts.filter((verdict) => verdict.verdict === 'refused')
  const advised = verdicts.flatMap((verdict) =>
    (verdict.advisories ?? []).map((advisory) => ({ ...verdict, ...advisory, kind: undefined, where: undefined })),
  )
  return [
    ...refused.map(paragraphOf),
    ...advised.map((verdict) => `(passes in report mode) ${paragraphOf(verdict)}`),
  ].join('\n\n')
}

/**
 * Stops a start on a bad catalogue.
 *
 * @throws ToolError `CATALOGUE_REFUSED`, whose message is the whole report, when anything was refused.
 */
export function assertCatalogue(verdicts: readonly Verdict[]): void {
  const refused = verdicts.filter((verdict) => verdict.verdict === 'refused').length
  if (refused === 0) return
  throw new ToolError('CATALOGUE_REFUSED', { refused, offered: verdicts.length, report: catalogueReport(verdicts) })
}

function paragraphOf(verdict: Verdict): string {
  const kind = verdict.kind === undefined ? '' : `/${verdict.kind}`
  const name = verdict.name === undefined ? '' : ` "${verdict.name}"`
  const lines = [`${verdict.code ?? 'REFUSED'}${kind}${name} in ${verdict.path}`]
  const offeredBy = verdict.origin === undefined ? '' : `, offered by ${verdict.origin}`
  if (verdict.offered !== undefined) lines.push(`  at     ${placeText(verdict.offered)}${offeredBy}`)
  else if (verdict.origin !== undefined) lines.push(`  by     ${verdict.origin}`)
  if (verdict.found !== undefined) lines.push(`  found  ${indent(verdict.found)}`)
  if (verdict.where !== undefined) lines.push(`  where  ${verdict.where}`)
  if (verdict.existingPath !== undefined) {
    const place = verdict.existing === undefined ? '' : `, at ${placeText(verdict.existing)}`
    lines.push(`  held   "${verdict.existingName ?? verdict.name ?? ''}" by ${verdict.existingPath}${place}`)
  }
  if (verdict.cause !== undefined) lines.push(`  cause  ${indent(verdict.cause)}`)
  if (verdict.fix !== undefined) lines.push(`  fix    ${indent(verdict.fix)}`)
  return lines.join('\n')
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n         ')
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
