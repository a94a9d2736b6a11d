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
}

export function createStatements(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>()

  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = database.prepare(sql)
    prepared.set(sql, made)
    return made
  }

  return {
    get<Row>(sql: string, ...parameters: readonly Parameter[]): Row | undefined {
      const row = prepare(sql).get(...parameters.map(bindable))
      // The statement names its columns, and STRICT tables keep their types.
      return row && (readable(row) as Row)
    },
    all<Row>(sql: string, ...parameters: readonly Parameter[]): Row[] {
      return prepare(sql)
        .all(...parameters.map(bindable))
        .map((row) => readable(row) as Row)
    },
    run(sql, ...parameters) {
      return Number(prepare(sql).run(...parameters.map(bindable)).changes)
    },
  }
}

function bindable(value: Parameter): Parameter {
  return typeof value === 'string' ? toStoredText(value) : value
}

function readable(row: Record<string, SQLOutputValue>): unknown {
  for (const column in row) {
    const value = row[column]
    if (typeof value === 'string') row[column] = fromStoredText(value)
  }
  return row
}
