/**
 * How a benchmark says what it found: a section of Markdown on standard output. Progress goes to standard error.
 *
 * @module
 */
export interface Answer {
  /** The question, as a heading. */
  readonly question: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** What was measured and how, and the target with whether it was met. */
  readonly notes: readonly string[]
}

export function printAnswer({ question, columns, rows, notes }: Answer): void {
  const cells = [columns, columns.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
  const table = cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
  process.stdout.write(`\n## ${question}\n\n${table}\n\n${notes.map((note) => `- ${note}`).join('\n')}\n`)
}

export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`)
}

/** Three significant figures, with thousands separated. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en', { maximumSignificantDigits: 3 })
}

export function ratio(value: number, base: number): string {
  return `${figure(value / base)}×`
}

export function verdict(met: boolean): string {
  return met ? 'met' : 'NOT met'
}
