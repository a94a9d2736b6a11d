/**
 * Many calls, one commit. The law: a reply says "done" only after its call is on the disk, and a call that fails takes
 * none of the others with it.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { failureOfDatabase } from './failures.ts'
import type { Reply, Request } from './messages.ts'
import type { Statements } from './statements.ts'

export interface Connection {
  readonly path: string
  readonly database: DatabaseSync
  readonly statements: Statements
  readonly commands: CommandTable
}

/** The typed tables of commands.ts as they look from behind a message. */
export type CommandTable = ReadonlyMap<string, (db: Statements, ...args: readonly unknown[]) => unknown>

/** Runs the calls in one transaction, each in a savepoint. When a full disk refuses it, each in a transaction of its own. */
export function runBatch(connection: Connection, requests: readonly Request[]): readonly Reply[] {
  const { database, path } = connection
  try {
    database.exec('BEGIN IMMEDIATE')
    const replies = requests.map((request) => runInSavepoint(connection, request))
    database.exec('COMMIT')
    return replies
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    const failure = failureOfDatabase(error, path)
    if (failure.code === 'STORE_FULL' && requests.length > 1) {
      return requests.flatMap((request) => runBatch(connection, [request]))
    }
    return requests.map(([id]) => [id, undefined, failure])
  }
}

export function runAlone(connection: Connection, request: Request): Reply {
  try {
    return [request[0], run(connection, request)]
  } catch (error) {
    return [request[0], undefined, failureOfDatabase(error, connection.path)]
  }
}

/** Throws only when SQLite gave up the whole transaction, as it may on a full disk. */
function runInSavepoint(connection: Connection, request: Request): Reply {
  const { statements, database } = connection
  statements.run('SAVEPOINT one_call')
  try {
    const value = run(connection, request)
    statements.run('RELEASE one_call')
    return [request[0], value]
  } catch (error) {
    if (!database.isTransaction) throw error
    statements.run('ROLLBACK TO one_call')
    statements.run('RELEASE one_call')
    return [request[0], undefined, failureOfDatabase(error, connection.path)]
  }
}

function run({ statements, commands }: Connection, [, command, args]: Request): unknown {
  const carryOut = commands.get(command)
  if (carryOut === undefined) throw new Error(`there is no command "${command}"`)
  return carryOut(statements, ...args)
}
