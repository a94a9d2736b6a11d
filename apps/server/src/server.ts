/**
 * The composition root: it puts a store, agents, a gateway and HTTP together and takes them apart again. The law:
 * everything opened here is owned here, and given back newest first, also when the start fails half-way.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { assertCatalogue, type Tool } from 'toolcrib'
import {
  type Clock,
  createSupervisor,
  createSystemClock,
  type Model,
  type Store,
  type Supervisor,
} from 'toolcrib/agent'
import { createLocalBus } from 'toolcrib/bus/local'
import { createGateway, type Gateway } from 'toolcrib/gateway'
import { definePolicy } from 'toolcrib/policy'
import { createId } from 'toolcrib/protocol'
import type { Registry } from 'toolcrib/registry'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { openAgents } from './agents.ts'
import { openAuth } from './auth/open-auth.ts'
import { openCatalogue } from './catalogue.ts'
import { attachmentLimits, gatewayLimits, runLimits } from './config/limits.ts'
import type { ServerConfig } from './config.ts'
import { createHealth, type HealthCheck, type Phase } from './health.ts'
import { createHttpApp } from './http/app.ts'
import type { HttpContext } from './http/context.ts'
import { listen } from './http/listen.ts'
import { acceptUpgrades, type Upgrades } from './http/upgrade.ts'
import { createUploads } from './http/uploads.ts'
import { createLog, type Log } from './log.ts'
import { watchEventLoopLag } from './metrics/event-loop-lag.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createAudit } from './operations/audit.ts'
import { keepPruning } from './operations/audit-retention.ts'
import { auditCredentials } from './operations/audited-credentials.ts'
import { auditRegistry } from './operations/audited-registry.ts'
import { configFingerprint } from './operations/config-fingerprint.ts'
import { createHealthHistory } from './operations/health-history.ts'
import { recordHouse } from './operations/house-record.ts'
import { createLimitsReporter } from './operations/limits.ts'
import { createReadings } from './operations/readings.ts'
import { createRuns } from './operations/runs.ts'
import { createWaitingRuns } from './operations/waiting-runs.ts'
import { keepRecovering } from './recovery.ts'
import { createStrayFaults, type StrayFaults } from './stray-faults.ts'
import { version } from './version.ts'

export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4600`, with the port it really has. */
  readonly url: string
  readonly port: number
  /** The default agent's model. */
  readonly model: string
  /** The names of the catalogue. */
  readonly tools: readonly string[]
  readonly health: HealthCheck
  readonly metrics: Metrics
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  /** The root scope: its counts and its audit stream. */
  readonly registry: Registry<Tool>
  /**
   * Takes no new work, hands each run over at the end of its step, after `drainMs` (default: the configured limit) wherever it is, says
   * goodbye to every socket, and closes. Calling it twice is one close.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/** What a caller may put in the place of what the configuration says. */
export interface StartParts {
  readonly clock?: Clock
  readonly log?: Log
  /** The model of agents that name none. */
  readonly model?: Model
  /** Default: the embedded store in the data folder. Closed with the server. */
  readonly store?: Store
  /** What nobody caught in this process. Default: nothing is told of any. */
  readonly strayFaults?: StrayFaults
  /** Default: the build of the console beside this app. */
  readonly consoleFolder?: string
}

const builtConsole = fileURLToPath(new URL('../../console/dist', import.meta.url))
/** How long peers have to hang up after the goodbye. */
const hangUpMs = 2_000

/**
 * Starts a server. Resolves when it listens.
 *
 * @throws ServerError for a configuration, a catalogue, an address or a folder that will not do; StoreError and ModelError
 * for theirs. Whatever had been opened is closed again then.
 */
export async function startServer(config: ServerConfig, parts: StartParts = {}): Promise<RunningServer> {
  const { clock = createSystemClock(), log = createLog({ level: config.logLevel }) } = parts
  const { strayFaults = createStrayFaults(log) } = parts
  const phase = createPhase()
  let port = config.port
  await using opened = new AsyncDisposableStack()

  const { agents, model } = openAgents({ config, clock, ...(parts.model === undefined ? {} : { model: parts.model }) })
  const metrics = createMetrics({ clock, version, model, budgets: config.budgets })
  const store = opened.use(parts.store ?? (await openStore(config, clock)))
  const audit = opened.use(createAudit({ store: store.audit, clock, log }))
  const { registry, verdicts } = openCatalogue({ config, records: store.records, clock })
  opened.defer(() => registry.close('the server closes').then(() => {}))
  opened.use(auditRegistry(registry, audit))
  assertCatalogue(verdicts)
  registry.freeze()
  const record = opened.use(recordHouse(registry))
  const policy = definePolicy(config.policy)
  const idle = policy.unmatched(registry.list())
  if (idle.length > 0) log.warn({ selectors: idle }, 'these selectors of the policy select no tool')

  const supervisor = opened.use(
    createSupervisor({
      store: metrics.meterStore(store),
      registry,
      policy,
      agents,
      defaultAgent: config.defaultAgent,
      limits: runLimits(config.limits),
      maxRunsPerUser: config.limits.maxRunsPerUser,
      maxRunsPerTenant: config.limits.maxRunsPerTenant,
      maxOpenRunsPerUser: config.limits.maxOpenRunsPerUser,
      budgets: config.budgets,
      currency: config.currency,
      onReserved: (reservation) => metrics.reserved(reservation),
      attachmentLimits: attachmentLimits(config.limits),
      inputHashKey: await store.audit.inputHashKey(),
      clock,
      logger: log.child({ part: 'agent' }),
      node: createId('node'),
    }),
  )
  const metered = metrics.meterSupervisor(supervisor)
  const auth = await openAuth({ config, revocations: store.revocations, clock, log, port: () => port })
  opened.use(auth.revocations)
  const credentials = auditCredentials(auth.credentials, audit)
  const gateway = opened.use(
    createGateway({
      supervisor: metered,
      authenticator: credentials,
      revocations: auth.revocations,
      bus: opened.use(createLocalBus({ onListenerError: (err) => log.error({ err }, 'a listener of the bus failed') })),
      logger: log.child({ part: 'gateway' }),
      server: { version, model },
      limits: gatewayLimits(config.limits),
      clock,
    }),
  )
  const lag = opened.use(watchEventLoopLag(clock))
  const health = createHealth({
    store,
    registry,
    gateway,
    lag,
    version,
    model,
    modelState: () => metrics.modelState(),
    strayFaults,
    audit,
    phase: () => phase.now,
    monotonic: () => clock.monotonic(),
  })
  opened.use(metrics.watch({ registry, supervisor, gateway, health, lag, strayFaults }))
  const healthHistory = createHealthHistory({ components: () => health.components(), clock })
  const onReading = (): void => healthHistory.note()
  const readings = opened.use(
    createReadings({
      gateway,
      supervisor,
      registry,
      refusedSockets: () => metrics.refusedSockets(),
      activity: metrics.activity,
      lag,
      clock,
      onReading,
    }),
  )

  const uploads = createUploads(config.limits)

  const context: HttpContext = {
    ...auth,
    credentials,
    config,
    gateway,
    house: { registry, record, policy, agents, gateway, supervisor, metrics, clock, limits: config.limits },
    health,
    metrics,
    audit,
    auditStore: store.audit,
    runs: createRuns({
      administration: store.administration,
      audit,
      clock,
      currency: config.currency,
      agents: agents.map(({ name }) => name),
    }),
    healthHistory,
    readings,
    uploads,
    limits: createLimitsReporter({
      config,
      gateway,
      registry,
      supervisor,
      administration: store.administration,
      tickets: auth.tickets,
      uploads,
      metrics,
      clock,
    }),
    waitingRuns: createWaitingRuns({ administration: store.administration, clock, logger: log }),
    clock,
    log,
    supervisor: metered,
    phase: () => phase.now,
    consoleFolder: parts.consoleFolder ?? builtConsole,
  }
  const app = await createHttpApp(context)
  opened.defer(() => app.close())
  const upgrades = acceptUpgrades(app.server, context)
  opened.use(await keepRecovering({ supervisor, clock, log }))
  port = await listen(app, { host: config.host, port })
  phase.now = 'serving'
  const { auditKeepMs: keepMs, maxAuditEntries: maxEntries } = config.limits
  const onForgottenEarly = metrics.refusals.forgotten
  opened.use(keepPruning({ store: store.audit, clock, log, keepMs, maxEntries, onForgottenEarly }))
  audit.record({
    kind: 'server_started',
    facts: { version, node: process.version, model, configuration: configFingerprint(config) },
  })
  opened.defer(() => audit.record({ kind: 'server_stopped' }))

  const owned = opened.move()
  let closed: Promise<void> | undefined
  const close: RunningServer['close'] = ({ drainMs = config.limits.drainMs } = {}) => {
    closed ??= leave({ app, upgrades, supervisor, gateway, phase, clock, log, owned, drainMs })
    return closed
  }
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  const tools = registry.list().map(({ name }) => name)
  const handles = { health, metrics, supervisor, gateway, registry, close }
  return { url, port, model, tools, ...handles, [Symbol.asyncDispose]: () => close({ drainMs: 0 }) }
}

function openStore({ dataFolder, limits }: ServerConfig, clock: Clock): Promise<Store> {
  const { maxDatabaseBytes, maxStorePendingBytes, maxUploadingBytes } = limits
  return createSqliteStore({
    folder: dataFolder,
    maxDatabaseBytes,
    maxPendingBytes: maxStorePendingBytes,
    // Every upload that was let in finds its room.
    maxPendingAttachmentBytes: maxUploadingBytes,
    clock,
  })
}

function createPhase(): { now: Phase } {
  return { now: 'starting' }
}

interface Leaving {
  readonly app: FastifyInstance
  readonly upgrades: Upgrades
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  readonly phase: { now: Phase }
  readonly clock: Clock
  readonly log: Log
  readonly owned: AsyncDisposableStack
  readonly drainMs: number
}

/** Probes and open sockets are served until the runs are off this node, so that nobody misses what is said meanwhile. */
async function leave(leaving: Leaving): Promise<void> {
  const { app, upgrades, supervisor, gateway, phase, clock, log, owned, drainMs } = leaving
  phase.now = 'draining'
  const since = clock.monotonic()
  const { open: connections } = gateway.metrics().connections
  log.info({ runs: supervisor.active().length, connections, drainMs }, 'draining')
  await supervisor.drain(drainMs)
  log.info({ ms: Math.round(clock.monotonic() - since) }, 'no run is at work here any more')
  const hangUp = clock.setTimeout(() => {
    upgrades.destroy()
    app.server.closeAllConnections()
  }, hangUpMs)
  try {
    await gateway.drain()
    await app.close()
  } finally {
    hangUp[Symbol.dispose]()
    phase.now = 'closed'
    await owned.disposeAsync()
  }
}
