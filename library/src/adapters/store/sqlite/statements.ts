/**
 * A connection's statements, each prepared once. The law: whatever is bound comes back as the same value.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { fromStoredText, toStoredText } from './stored-text.ts'

export type Parameter = string | number | null | Uint8Array

/** Names of columns are given by each statement, so the type of a row is stated beside it. */
export interface Statements {
  get<Row>(sql: string, ...parameters: readonly Parameter[]): Row | undefined
  all<Row>(sql: string, ...parameters: readonly Parameter[]): Row[]
  /** Answers how many rows changed. */
  run(sql: string, ...parameters: readonly Parameter[]): number
  /** BEGIN, SAVEPOINT and their like, which change no row. */
  control(sql: string): void
  /** Grows with every statement that may have changed a row. */
  readonly writes: number
}

export function createStatements(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>()
  const reading = new Set<StatementSync>()
  let writes = 0

  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = database.prepare(sql)
    prepared.set(sql, made)
    if (/^\s*SELECT\b/i.test(sql)) reading.add(made)
    return made
  }

  const rowsOf = (sql: string): StatementSync => {
    const statement = prepare(sql)
    if (!reading.has(statement)) writes += 1
    return statement
  }

  return {
    get<Row>(sql: string, ...parameters: Parameter[]): Row | undefined {
      const row = rowsOf(sql).get(...bindable(parameters))
      // The statement names its columns, and STRICT tables keep their types.
      return row && (readable(row) as Row)
    },
    all<Row>(sql: string, ...parameters: Parameter[]): Row[] {
      return rowsOf(sql)
        .all(...bindable(parameters))
        .map((row) => readable(row) as Row)
    },
    run(sql, ...parameters: Parameter[]) {
      const changes = Number(prepare(sql).run(...bindable(parameters)).changes)
      if (changes > 0) writes += 1
      return changes
    },
    control: (sql) => void prepare(sql).run(),
    get writes() {
      return writes
    },
  }
}

/** In place: they are the rest of the arguments, and nobody else's. */
function bindable(parameters: Parameter[]): Parameter[] {
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index]
    if (typeof value === 'string') parameters[index] = toStoredText(value)
  }
  return parameters
}

function readable(row: Record<string, SQLOutputValue>): unknown {
  for (const column in row) {
    const value = row[column]
    if (typeof value === 'string') row[column] = fromStoredText(value)
  }
  return row
}
