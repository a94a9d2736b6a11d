/**
 * What lies in the database. The law: a row is of whom its columns, or the row that it refers to, name by tenant and user; a
 * row that names nobody may hold nothing of anybody.
 *
 * @module
 */
import { DatabaseSync } from 'node:sqlite'
import type { Observer } from './observer.ts'
import { numberOf } from './people.ts'

type Row = Readonly<Record<string, unknown>>

interface Reference {
  readonly table: string
  readonly from: string
  readonly to: string
}

/** Reads every row of every table. The database is not open anywhere else. */
export function seeRows(observer: Observer, file: string): void {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
    for (const { name } of tables) seeTable(String(name))
  } finally {
    database.close()
  }

  function seeTable(table: string): void {
    const references = referencesOf(table)
    for (const row of database.prepare(`SELECT * FROM "${table}"`).all()) {
      observer.see({ kind: 'row', of: ownerOf(row, references), where: table }, textOf(row))
    }
  }

  function ownerOf(row: Row, references: readonly Reference[]): number | 'nobody' {
    if (typeof row.tenant === 'string' && typeof row.user === 'string') {
      return numberOf({ tenant: row.tenant, user: row.user }) ?? 'nobody'
    }
    for (const { table, from, to } of references) {
      const above = database.prepare(`SELECT * FROM "${table}" WHERE "${to}" IS ?`).get(row[from] as string | number)
      const owner = above === undefined ? 'nobody' : ownerOf(above, referencesOf(table))
      if (owner !== 'nobody') return owner
    }
    return 'nobody'
  }

  function referencesOf(table: string): readonly Reference[] {
    return database
      .prepare(`PRAGMA foreign_key_list("${table}")`)
      .all()
      .map((reference) => ({
        table: String(reference.table),
        from: String(reference.from),
        to: String(reference.to ?? primaryKeyOf(String(reference.table))),
      }))
  }

  function primaryKeyOf(table: string): string {
    const key = database.prepare(`SELECT name FROM pragma_table_info(?) WHERE pk = 1`).get(table)
    return String(key?.name)
  }
}

/** Bytes as the text that they may be. */
function textOf(row: Row): string {
  return Object.values(row)
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    .join('\n')
}
