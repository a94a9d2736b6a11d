/**
 * A database thread. The writer gathers whatever has arrived into one transaction; the reader answers from the last
 * commit. The law: only this thread ever waits for the disk.
 *
 * @module
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { failureOfDatabase } from './failures.ts'
import type { FromWorker, Reply, Request, ToWorker, WorkerSettings } from './messages.ts'
import { type OpenDatabase, openForReading, openForWriting } from './open-database.ts'
import { readCommands } from './read-commands.ts'
import { type CommandTable, type Connection, runAlone, runBatch } from './run-batch.ts'
import { createStatements } from './statements.ts'
import { writeCommands } from './write-commands.ts'

/** Calls of one transaction: bounds how long the first of them waits for the last. */
const MAX_CALLS_PER_COMMIT = 2_000

const settings = workerData as WorkerSettings
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

const send = (message: FromWorker): void => port.postMessage(message)

let receive: ((message: readonly Request[] | 'close') => void) | undefined

port.on('message', (message: ToWorker) => {
  if (message === 'open') receive = open()
  else if (receive !== undefined) receive(message)
  else if (message === 'close') port.close()
})

function open(): typeof receive {
  try {
    const opened = settings.role === 'writer' ? openForWriting(settings) : openForReading(settings)
    send({ type: 'ready' })
    return serve(opened)
  } catch (error) {
    send({ type: 'refused', failure: failureOfDatabase(error, settings.path) })
    port?.close()
    return undefined
  }
}

function serve({ database, assertInPlace, close }: OpenDatabase): NonNullable<typeof receive> {
  const isWriter = settings.role === 'writer'
  const connection: Connection = {
    path: settings.path,
    database,
    statements: createStatements(database),
    assertInPlace,
    commands: new Map(Object.entries(isWriter ? writeCommands : readCommands)) as CommandTable,
  }
  const waiting: Request[] = []
  let closing = false

  const note = (message: ToWorker): void => {
    if (message === 'close') closing = true
    else if (message !== 'open') waiting.push(...message)
  }

  /** What is taken from the port is noted: taken and not noted, it would never be answered. */
  const gather = (): void => {
    while (waiting.length < MAX_CALLS_PER_COMMIT) {
      const more = take()
      if (more === undefined) return
      note(more)
    }
  }

  const answer = (requests: readonly Request[]): void => {
    if (!isWriter) {
      send({ type: 'replies', replies: requests.map((request) => runAlone(connection, request)), wrote: false })
      return
    }
    const before = connection.statements.writes
    const replies = runBatch(connection, requests)
    send({ type: 'replies', replies, wrote: connection.statements.writes > before && replies.some(isDone) })
  }

  return (message) => {
    note(message)
    while (true) {
      gather()
      if (waiting.length === 0) break
      answer(waiting.splice(0, isWriter ? MAX_CALLS_PER_COMMIT : 1))
    }
    if (closing) {
      close()
      port?.close()
    }
  }
}

function take(): ToWorker | undefined {
  const received = port === null ? undefined : receiveMessageOnPort(port)
  return received?.message as ToWorker | undefined
}

function isDone([, , failure]: Reply): boolean {
  return failure === undefined
}
