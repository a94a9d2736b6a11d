import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { Request } from './messages.ts'
import { type CommandTable, type Connection, runBatch } from './run-batch.ts'
import { createStatements } from './statements.ts'

describe('a batch', () => {
  it('keeps the calls that succeed and all of nothing of the one that fails halfway', () => {
    using connection = connect()

    const replies = runBatch(connection, [
      request(1, 'write', 'a'),
      request(2, 'writeAndFail', 'b'),
      request(3, 'write', 'c'),
    ])

    expect(replies).toMatchObject([
      [1, 'a'],
      [2, undefined, { code: 'STORE_UNAVAILABLE' }],
      [3, 'c'],
    ])
    expect(connection.written()).toEqual(['a', 'c'])
    expect(connection.database.isTransaction).toBe(false)
  })

  it('makes its calls once, also when one is refused before it wrote anything', () => {
    using connection = connect()

    const replies = runBatch(connection, [
      request(1, 'lookAround', ''),
      request(2, 'readAndFail', ''),
      request(3, 'write', 'c'),
    ])

    expect(replies).toMatchObject([
      [1, 1],
      [2, undefined, { code: 'STORE_UNAVAILABLE' }],
      [3, 'c'],
    ])
    expect(connection.seenInside).toEqual([true])
    expect(connection.written()).toEqual(['c'])
  })

  it('undoes what a call wrote in a statement that answers rows, when the call fails then', () => {
    using connection = connect()

    const replies = runBatch(connection, [request(1, 'write', 'a'), request(2, 'writeWithAnswerAndFail', 'b')])

    expect(replies).toMatchObject([
      [1, 'a'],
      [2, undefined, { code: 'STORE_UNAVAILABLE' }],
    ])
    expect(connection.written()).toEqual(['a'])
  })

  it('is one transaction', () => {
    using connection = connect()

    runBatch(connection, [request(1, 'write', 'a'), request(2, 'lookAround', ''), request(3, 'write', 'c')])

    expect(connection.seenInside).toEqual([true])
  })

  it('keeps what fits when SQLite gives up the whole transaction of what does not', () => {
    using connection = connect()
    const { database } = connection
    database.exec(`PRAGMA max_page_count = ${Number(database.prepare('PRAGMA page_count').get()?.page_count) + 4}`)
    const large = 'x'.repeat(100_000)

    const replies = runBatch(connection, [
      request(1, 'write', 'a'),
      request(2, 'write', large),
      request(3, 'write', 'c'),
    ])

    expect(replies).toMatchObject([
      [1, 'a'],
      [2, undefined, { code: 'STORE_FULL' }],
      [3, 'c'],
    ])
    expect(connection.written()).toEqual(['a', 'c'])
  })

  it('refuses a command that is not there', () => {
    using connection = connect()

    const replies = runBatch(connection, [request(1, 'constructor', 'a')])

    expect(replies).toMatchObject([[1, undefined, { code: 'STORE_UNAVAILABLE' }]])
  })
})

function request(id: number, command: string, text: string): Request {
  return [id, command, [text]]
}

function connect(): Connection & Disposable & { written(): unknown[]; readonly seenInside: boolean[] } {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE lines (line TEXT)')
  const seenInside: boolean[] = []
  const commands: CommandTable = new Map<
    string,
    (db: Connection['statements'], ...args: readonly unknown[]) => unknown
  >([
    ['write', (db, text) => db.run('INSERT INTO lines VALUES (?)', String(text)) && text],
    [
      'writeAndFail',
      (db, text) => {
        db.run('INSERT INTO lines VALUES (?)', String(text))
        throw new Error('halfway')
      },
    ],
    [
      'readAndFail',
      (db) => {
        db.get('SELECT line FROM lines')
        throw new Error('refused')
      },
    ],
    [
      'writeWithAnswerAndFail',
      (db, text) => {
        db.get('INSERT INTO lines VALUES (?) RETURNING line', String(text))
        throw new Error('halfway')
      },
    ],
    ['lookAround', () => seenInside.push(database.isTransaction)],
  ])
  return {
    path: ':memory:',
    database,
    statements: createStatements(database),
    commands,
    assertInPlace: () => {},
    seenInside,
    written: () =>
      database
        .prepare('SELECT line FROM lines')
        .all()
        .map(({ line }) => line),
    [Symbol.dispose]: () => database.close(),
  }
}
