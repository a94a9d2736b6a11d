/**
 * What is used of the limits now, where there is something to count. The law: of people only those within sight are looked
 * at, and what nobody counts is left out.
 *
 * @module
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tool } from 'toolcrib'
import type { AdministrationStore, Supervisor } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { LimitUse } from 'toolcrib/operations'
import type { Owner } from 'toolcrib/protocol'
import type { Registry } from 'toolcrib/registry'
import type { Tickets } from '../auth/tickets.ts'
import type { Limits } from '../config/limits.ts'
import type { ServerConfig } from '../config.ts'
import type { Uploads } from '../http/uploads.ts'
import type { Sight } from './sight.ts'

/** Of the runs that are open, in each of their states. */
const maxLookedAt = 200

export interface LimitUseParts {
  readonly config: Pick<ServerConfig, 'dataFolder'>
  readonly gateway: Pick<Gateway, 'connections' | 'metrics'>
  readonly registry: Pick<Registry<Tool>, 'list' | 'metrics'>
  readonly supervisor: Pick<Supervisor, 'active'>
  readonly administration: Pick<AdministrationStore, 'runs'>
  readonly tickets: Pick<Tickets, 'count'>
  readonly uploads: Pick<Uploads, 'bytes'>
}

export async function limitUse(
  { config, gateway, registry, supervisor, administration, tickets, uploads }: LimitUseParts,
  sight: Sight,
): Promise<{ readonly [Name in keyof Limits]?: LimitUse }> {
  const connections = gateway.connections().filter(({ principal }) => sight.sees(principal))
  const owners = supervisor
    .active()
    .map(({ owner }) => owner)
    .filter((owner) => sight.sees(owner))
  const [databaseBytes, openRuns] = await Promise.all([
    bytesOf(join(config.dataFolder, 'toolcrib.db')),
    openRunsOf(administration, sight),
  ])
  return {
    maxConnections: { amount: gateway.metrics().connections.places, of: 'server' },
    maxConnectionsPerUser: { amount: mostOf(connections.map(({ principal }) => userOf(principal))), of: 'user' },
    maxOpenThreads: { amount: highest(connections.map(({ openThreads }) => openThreads)), of: 'connection' },
    maxBufferedBytes: { amount: highest(connections.map(({ bufferedBytes }) => bufferedBytes)), of: 'connection' },
    maxOfferedTools: { amount: highest(connections.map(({ offeredTools }) => offeredTools)), of: 'connection' },
    maxRunsPerUser: { amount: mostOf(owners.map(userOf)), of: 'user' },
    maxRunsPerTenant: { amount: mostOf(owners.map(({ tenant }) => tenant)), of: 'tenant' },
    maxToolsPerScope: { amount: registry.list().length, of: 'catalogue' },
    maxUploadingBytes: { amount: uploads.bytes, of: 'server' },
    maxTickets: { amount: tickets.count, of: 'server' },
    ...(openRuns === undefined ? {} : { maxOpenRunsPerUser: { amount: mostOf(openRuns), of: 'user' } }),
    ...(databaseBytes === undefined ? {} : { maxDatabaseBytes: { amount: databaseBytes, of: 'server' } }),
  }
}

/** Whose they are. Undefined: too many to be looked at every second, or the store does not answer. */
async function openRunsOf(
  administration: LimitUseParts['administration'],
  { tenant }: Sight,
): Promise<readonly string[] | undefined> {
  const query = { tenant, limit: maxLookedAt }
  const pages = await Promise.all([
    administration.runs({ ...query, state: 'working' }),
    administration.runs({ ...query, state: 'waiting' }),
  ]).catch(() => undefined)
  if (pages === undefined || pages.some(({ next }) => next !== null)) return undefined
  return pages.flatMap(({ runs }) => runs.map(({ owner }) => userOf(owner)))
}

function userOf({ tenant, user }: Owner): string {
  return JSON.stringify([tenant, user])
}

function mostOf(names: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return highest([...counts.values()])
}

function highest(amounts: readonly number[]): number {
  return amounts.reduce((most, amount) => Math.max(most, amount), 0)
}

/** Undefined: there is no such file, as with a store that was handed over. */
async function bytesOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.size
}
