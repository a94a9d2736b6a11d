/**
 * Many calls, one commit. The law: a reply says "done" only after its call is on the disk, and a call that fails takes
 * none of the others with it.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { failureOfDatabase, type StoreFailure } from './failures.ts'
import type { Reply, Request } from './messages.ts'
import type { Statements } from './statements.ts'

export interface Connection {
  readonly path: string
  readonly database: DatabaseSync
  readonly statements: Statements
  readonly commands: CommandTable
  /** Throws when what is written would be lost. */
  readonly assertInPlace: () => void
}

/** The typed tables of commands.ts as they look from behind a message. */
export type CommandTable = ReadonlyMap<string, (db: Statements, ...args: readonly unknown[]) => unknown>

/**
 * Runs the calls in one transaction. When one fails that has written already, all of them are made again, each in a
 * savepoint; when a full disk refuses that, each in a transaction of its own.
 */
export function runBatch(connection: Connection, requests: readonly Request[]): readonly Reply[] {
  const plain = attempt(connection, requests, runPlain)
  if (plain.type === 'done') return plain.replies
  const again = plain.type === 'halfway' && requests.length > 1 ? attempt(connection, requests, runInSavepoint) : plain
  if (again.type === 'done') return again.replies
  if (again.failure.code === 'STORE_FULL' && requests.length > 1) {
    return requests.flatMap((request) => runBatch(connection, [request]))
  }
  return requests.map(([id]) => [id, undefined, again.failure])
}

export function runAlone(connection: Connection, request: Request): Reply {
  try {
    return [request[0], run(connection, request)]
  } catch (error) {
    return [request[0], undefined, failureOfDatabase(error, connection.path)]
  }
}

type Attempt =
  | { readonly type: 'done'; readonly replies: readonly Reply[] }
  /** Nothing is left of it. `halfway`: by one of the calls; `failed`: as a whole. */
  | { readonly type: 'halfway' | 'failed'; readonly failure: StoreFailure }

function attempt(
  connection: Connection,
  requests: readonly Request[],
  runOne: (connection: Connection, request: Request) => Reply,
): Attempt {
  const { database, statements, path } = connection
  let type: 'halfway' | 'failed' = 'failed'
  try {
    connection.assertInPlace()
    statements.control('BEGIN IMMEDIATE')
    type = 'halfway'
    const replies = requests.map((request) => runOne(connection, request))
    type = 'failed'
    statements.control('COMMIT')
    return { type: 'done', replies }
  } catch (error) {
    if (database.isTransaction) statements.control('ROLLBACK')
    return { type, failure: failureOfDatabase(error, path) }
  }
}

/** A savepoint for each call would be a fifth of its cost. Throws when there is something to be undone. */
function runPlain(connection: Connection, request: Request): Reply {
  const { statements, database } = connection
  const before = statements.writes
  try {
    return [request[0], run(connection, request)]
  } catch (error) {
    if (!database.isTransaction || statements.writes > before) throw error
    return [request[0], undefined, failureOfDatabase(error, connection.path)]
  }
}

/** Throws only when SQLite gave up the whole transaction, as it may on a full disk. */
function runInSavepoint(connection: Connection, request: Request): Reply {
  const { statements, database } = connection
  statements.control('SAVEPOINT one_call')
  try {
    const value = run(connection, request)
    statements.control('RELEASE one_call')
    return [request[0], value]
  } catch (error) {
    if (!database.isTransaction) throw error
    statements.control('ROLLBACK TO one_call')
    statements.control('RELEASE one_call')
    return [request[0], undefined, failureOfDatabase(error, connection.path)]
  }
}

function run({ statements, commands }: Connection, [, command, args]: Request): unknown {
  const carryOut = commands.get(command)
  if (carryOut === undefined) throw new Error(`there is no command "${command}"`)
  return carryOut(statements, ...args)
}
