/**
 * What is left of a server: in it when everybody has gone, and after it when it has ended. The law: nothing that was opened
 * for somebody, no process, no lock, no file.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { getJson } from './http.ts'
import { becomes } from './patience.ts'

interface Health {
  readonly connections: { readonly open: number }
  readonly runs: readonly unknown[]
  readonly registry: {
    readonly scopes: {
      readonly leaked: number
      readonly byKind: Readonly<Record<string, { readonly open: number }>>
    }
    readonly resources: { readonly failed: number; readonly overdue: number }
  }
  readonly components: Readonly<Record<string, { readonly state: string; readonly reasons: readonly string[] }>>
}

/** More than it takes to notice a peer that never reads again. */
const lettingGoMs = 15_000
/** What was started by a process that was killed has to notice that by itself. */
const orphanMs = 5_000
/** The model fails as it is scripted to, and the machine may be busy with others. */
const ours: ReadonlySet<string> = new Set(['store', 'registry', 'strayFaults'])
/** Of a data folder after an orderly end. */
const ownFiles = ['session.key', 'toolcrib.db', 'toolcrib.db.lock']

/** What the server still holds after everybody has hung up. */
export async function heldBy(url: string, token: string): Promise<readonly string[]> {
  let held: readonly string[] = []
  await becomes(async () => {
    held = holdingsOf(await getJson<Health>(`${url}/health`, token))
    return held.length === 0
  }, lettingGoMs)
  return held
}

function holdingsOf({ connections, runs, registry, components }: Health): readonly string[] {
  const { scopes, resources } = registry
  const open = Object.entries(scopes.byKind).filter(([kind, count]) => kind !== 'app' && count.open !== 0)
  const ill = Object.entries(components).filter(([name, { state }]) => ours.has(name) && state !== 'healthy')
  return [
    ...open.map(([kind, count]) => `${count.open} scopes of kind "${kind}" are open`),
    ...(connections.open === 0 ? [] : [`${connections.open} connections are open`]),
    ...(runs.length === 0 ? [] : [`${runs.length} runs are at work`]),
    ...(scopes.leaked === 0 ? [] : [`${scopes.leaked} scopes leaked`]),
    ...(resources.failed + resources.overdue === 0
      ? []
      : [`${resources.failed} clean-ups failed, ${resources.overdue} are overdue`]),
    ...ill.map(([name, { state, reasons }]) => `the ${name} is ${state}: ${reasons.join('; ')}`),
  ]
}

/** Processes that the server had started and that live on without it. */
export async function orphansOf(pids: readonly number[]): Promise<readonly string[]> {
  let orphans: readonly string[] = []
  await becomes(() => {
    orphans = processesOf(new Set(pids))
    return orphans.length === 0
  }, orphanMs)
  return orphans
}

/** By their session, which is named after the process that opened it. Systems without /proc tell nothing. */
function processesOf(sessions: ReadonlySet<number>): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        // After the name, which may hold anything: state, parent, group, session.
        const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (state === 'Z' || !sessions.has(Number(session))) return []
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [`process ${pid} of server ${session} lives on: ${command}`]
      } catch {
        // It ended while it was looked at.
        return []
      }
    })
}

/** What is wrong with the folders of a server that has left in order. */
export function leftIn(dataFolder: string, temporaryFolder: string): readonly string[] {
  const files = readdirSync(dataFolder)
  const strays = [...files.filter((file) => !ownFiles.includes(file)), ...readdirSync(temporaryFolder)]
  return [
    ...strays.map((file) => `the file "${file}" was left behind`),
    ...lockProblems(dataFolder),
    ...damages(dataFolder),
  ]
}

function lockProblems(dataFolder: string): readonly string[] {
  try {
    using lock = new DatabaseSync(join(dataFolder, 'toolcrib.db.lock'), { timeout: 0 })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK')
    return []
  } catch (error) {
    return [`the data folder is still held: ${String(error)}`]
  }
}

function damages(dataFolder: string): readonly string[] {
  using database = new DatabaseSync(join(dataFolder, 'toolcrib.db'), { readOnly: true })
  const found = database
    .prepare('PRAGMA integrity_check')
    .all()
    .map((row) => String(Object.values(row)[0]))
  return found.filter((line) => line !== 'ok').map((line) => `the database is damaged: ${line}`)
}
