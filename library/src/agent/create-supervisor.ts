/**
 * The supervisor of one node, over a store and a frozen catalogue. The law: what it answers for is durable, and every
 * accepted message has one run with one end.
 *
 * @module
 */
import { type BudgetOptions, budgetsOf, readBudgets } from '../policy/budgets.ts'
import type { Policy } from '../policy/policy.ts'
import type { ApprovalRequested } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { MessagePart, Owner, Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { createRedactor } from '../tool/redact.ts'
import { analyseSchema } from '../tool/schema-analysis.ts'
import type { Tool } from '../tool/tool.ts'
import type { Agent, RunLimits } from './agent.ts'
import { createAnswerer } from './approval-answer.ts'
import { createApprovalNotices } from './approval-notices.ts'
import { createApprovals } from './approvals.ts'
import { type AttachmentLimits, createAttachments, defaultAttachmentLimits } from './attachments.ts'
import { modelsOf, withModel } from './chosen-model.ts'
import { createDueRuns } from './due-runs.ts'
import { AgentError } from './errors.ts'
import { createEventLog } from './event-log.ts'
import { createGates } from './gate.ts'
import { guardLogger } from './guarded-logger.ts'
import { LEASE_MS } from './heartbeat.ts'
import { readInbox } from './inbox.ts'
import { createInputHashes } from './input-hash.ts'
import { defaultRunLimits, readRunLimits } from './limits.ts'
import { isPrice, MAX_PRICE } from './model-price.ts'
import type { ApprovalRecord, Clock, Logger, RunRecord, ServingStore } from './ports.ts'
import type { LateCall, RunServices } from './run-context.ts'
import { COMMIT_MS, createRunner } from './runner.ts'
import { createUserScopes } from './scopes.ts'
import { createSeats } from './seats.ts'
import { createShownAttachments } from './shown-attachments.ts'
import type { Reserved } from './spending.ts'
import { callAgent } from './subagent.ts'
import type { SendMessage, Supervisor, SupervisorNotice } from './supervisor.ts'
import { titleOf } from './thread-title.ts'
import { heldTools } from './tool-listing.ts'

export interface SupervisorOptions {
  readonly store: ServingStore
  /** The app's catalogue; frozen, so that nobody can add to it below the feet of the runs. */
  readonly registry: Registry<Tool>
  readonly policy: Policy
  readonly agents: readonly Agent[]
  /** Default: the first of `agents`. */
  readonly defaultAgent?: string
  /** Replace `defaultRunLimits` where given; an agent's own replace both. */
  readonly limits?: Partial<RunLimits>
  /** Runs of one user that may be at work at once. Default 4. */
  readonly maxRunsPerUser?: number
  /** Runs of one tenant that may be at work at once. Default Infinity. */
  readonly maxRunsPerTenant?: number
  /** Runs of one user that have not ended, at work or waiting for a person. Default 1,000. */
  readonly maxOpenRunsPerUser?: number
  /** What users and tenants may use in windows of time. Default: none. */
  readonly budgets?: readonly BudgetOptions[]
  /** Of the prices of models and the budgets of money, as people are shown it. Default `USD`. */
  readonly currency?: string
  /** Told of each reservation that was made or refused. */
  readonly onReserved?: (reservation: Reserved) => void
  /** Replace `defaultAttachmentLimits` where given. */
  readonly attachmentLimits?: Partial<AttachmentLimits>
  /**
   * Keys the hashes of arguments, so that whoever reads them does not find out short ones by trying. The same for all nodes
   * that share a store, as `store.audit.inputHashKey` answers it. Default: none, and the hashes are plain.
   */
  readonly inputHashKey?: Uint8Array
  readonly clock: Clock
  readonly logger: Logger
  /** This process, among those that share the store. Default: a new id. */
  readonly node?: string
  /** Told when an abandoned call settled after all. */
  readonly onLateCall?: (late: LateCall) => void
}

/** @throws AgentError `OPTION_INVALID`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const {
    store,
    registry,
    policy,
    clock,
    maxRunsPerUser = 4,
    maxRunsPerTenant = Number.POSITIVE_INFINITY,
    maxOpenRunsPerUser = 1_000,
    currency = 'USD',
    node = createId('node'),
  } = options
  const logger = guardLogger(options.logger)
  if (!(Number.isSafeInteger(maxRunsPerUser) && maxRunsPerUser > 0)) {
    throw optionInvalid('maxRunsPerUser', 'a whole number, at least 1', String(maxRunsPerUser))
  }
  if (
    !(maxRunsPerTenant > 0 && (Number.isSafeInteger(maxRunsPerTenant) || maxRunsPerTenant === Number.POSITIVE_INFINITY))
  ) {
    throw optionInvalid('maxRunsPerTenant', 'a whole number, at least 1, or Infinity', String(maxRunsPerTenant))
  }
  if (!(Number.isSafeInteger(maxOpenRunsPerUser) && maxOpenRunsPerUser > 0)) {
    throw optionInvalid('maxOpenRunsPerUser', 'a whole number, at least 1', String(maxOpenRunsPerUser))
  }
  const budgets = readBudgets(options.budgets ?? [])
  const agents = indexAgents(options.agents)
  assertPrices(options.agents, { required: budgets.some(({ resource }) => resource === 'money') })
  const defaultAgent = options.defaultAgent ?? options.agents[0]?.name ?? ''
  if (!agents.has(defaultAgent)) {
    throw optionInvalid('defaultAgent', `one of ${[...agents.keys()].join(', ')}`, `"${defaultAgent}"`)
  }

  const byDefault = (a: Agent, b: Agent): number => Number(b.name === defaultAgent) - Number(a.name === defaultAgent)

  const log = createEventLog(logger)
  const approvals = createApprovals({ store, log, clock, logger })
  const scopes = createUserScopes(registry)
  const seats = createSeats()
  const attachmentLimits = { ...defaultAttachmentLimits, ...options.attachmentLimits }
  const attachments = createAttachments({ store: store.attachments, clock, limits: attachmentLimits })
  const redactKeys = createRedactor({}, analyseSchema({}))
  const services: RunServices = {
    clock,
    logger,
    policy,
    approvals,
    inputHashes: createInputHashes(options.inputHashKey),
    records: store.records,
    toolGate: createGates((tool: Tool) => tool.maxConcurrent),
    redactKeys,
    redactArguments: createRedactor({ type: 'object' }, analyseSchema({ type: 'object' })),
    onLateCall(late) {
      logger.warn(late, 'An abandoned call settled after all; its result was not delivered')
      options.onLateCall?.(late)
    },
    callAgent,
    attachments: createShownAttachments({ store: store.attachments, logger, ...attachmentLimits }),
    seats,
  }
  const runner = createRunner({
    node,
    store,
    log,
    scopes,
    agentNamed: (name) => agents.get(name),
    limits: { ...defaultRunLimits, ...readRunLimits(options.limits ?? {}) },
    budgets,
    ...(options.onReserved && { onReserved: options.onReserved }),
    services,
    onParked: (at) => due.wakeAt(at),
  })
  const due = createDueRuns({
    node,
    leases: store.leases,
    runner,
    clock,
    logger,
    track,
    isLeaving: () => draining,
  })
  const answers = createAnswerer({
    store,
    log,
    clock,
    approvals,
    toolNamed: (name, run) => (seats.of(run) ?? scopes.peek(run.owner) ?? registry).get(name),
  })
  const listeners = new Set<(notice: SupervisorNotice) => void>()
  /** Accepting and naming: what a drain waits for before it looks at the runs. */
  const pending = new Set<Promise<unknown>>()
  let draining = false

  function track<R>(promise: Promise<R>): Promise<R> {
    const settled = promise.then(
      () => {},
      () => {},
    )
    pending.add(settled)
    void settled.then(() => pending.delete(settled))
    return promise
  }

  const tellApprovers = createApprovalNotices({
    store,
    logger,
    notify: (changed) => notify({ type: 'approvals_changed', ...changed }),
  })
  log.subscribe((committed) => {
    approvals.onCommitted(committed)
    seats.onCommitted(committed)
    notify({ type: 'events', ...committed })
    const telling = tellApprovers(committed)
    if (telling !== undefined) void track(telling)
    if (committed.events.some(({ event }) => listChanges.has(event.type))) {
      notify({ type: 'threads_changed', owner: committed.owner })
    }
  })

  function notify(notice: SupervisorNotice): void {
    for (const listener of listeners) {
      try {
        listener(notice)
      } catch (err) {
        logger.error({ err, notice: notice.type }, 'A listener of the supervisor failed')
      }
    }
  }

  async function rename(owner: Owner, threadId: string, title: string): ReturnType<ServingStore['threads']['rename']> {
    return log.commit(
      { owner, threadId },
      () => store.threads.rename(owner, threadId, { title, at: clock.now() }),
      (renamed) => renamed?.events ?? [],
    )
  }

  /** A thread without a title is named after its first message; whether that succeeds changes nothing for its run. */
  async function nameThread(owner: Owner, threadId: string, parts: readonly MessagePart[]): Promise<void> {
    try {
      const thread = await store.threads.get(owner, threadId)
      if (thread?.title === '') await rename(owner, threadId, titleOf(parts))
    } catch (err) {
      logger.warn({ err, threadId }, 'The thread could not be named')
    }
  }

  async function send(principal: Principal, message: SendMessage): ReturnType<Supervisor['send']> {
    const { threadId, idempotencyKey, agent = defaultAgent, model } = message
    if (draining) throw new AgentError('DRAINING', {})
    const asked = agents.get(agent)
    if (asked === undefined) throw new AgentError('AGENT_UNKNOWN', { agent, known: [...agents.keys()] })
    if (model !== undefined && withModel(asked, model) === undefined) {
      throw new AgentError('MODEL_UNKNOWN', { agent, model, known: modelsOf(asked).map(({ name }) => name) })
    }
    const owner = ownerOf(principal)
    const parts = await attachments.resolve(owner, threadId, message.parts)
    const askedAt = clock.monotonic()
    const run = {
      runId: createId('run'),
      threadId,
      messageId: createId('msg'),
      agent,
      ...(model === undefined ? {} : { chosenModel: model }),
      principal,
      parts,
      ...(message.follows === undefined ? {} : { follows: message.follows }),
      idempotencyKey,
      node,
      at: clock.now(),
      leaseMs: LEASE_MS,
      maxRunsPerUser,
      maxRunsPerTenant,
      maxOpenRunsPerUser,
    }
    const accepted = await log.commit(
      { owner, threadId },
      () => store.runs.accept(owner, run),
      (answer) => (answer.status === 'started' ? answer.events : []),
    )
    switch (accepted.status) {
      case 'started': {
        if (message.seat !== undefined) seats.sent(message.seat, run.runId)
        runner.start(accepted.run, askedAt)
        if (accepted.events[0]?.seq === 1) void track(nameThread(owner, threadId, parts))
        return { messageId: run.messageId, runId: run.runId, duplicate: false }
      }
      case 'duplicate':
        // Sent again by whoever came back: the run's person sits there now.
        if (message.seat !== undefined && accepted.run.outcome === null) seats.sent(message.seat, accepted.run.runId)
        return { messageId: accepted.run.messageId, runId: accepted.run.runId, duplicate: true }
      case 'busy':
        throw new AgentError('THREAD_BUSY', { threadId, runId: accepted.runId })
      case 'too_many_runs':
        throw accepted.per === 'tenant'
          ? new AgentError('TENANT_RUNS_LIMIT', { running: accepted.running, max: maxRunsPerTenant })
          : new AgentError('RUNS_LIMIT', { running: accepted.running, max: maxRunsPerUser })
      case 'too_many_open_runs':
        throw new AgentError('OPEN_RUNS_LIMIT', { open: accepted.open, max: maxOpenRunsPerUser })
      case 'message_unknown':
        throw new AgentError('MESSAGE_UNKNOWN', { threadId, messageId: message.follows ?? '' })
      case 'not_found':
        throw notFound('thread', threadId)
      default:
        return accepted satisfies never
    }
  }

  /** Durable before it is acknowledged: whoever takes the run over ends it too. */
  async function stopRun(owner: Owner, runId: string): Promise<RunRecord | undefined> {
    try {
      const run = await store.runs.requestStop(owner, runId)
      if (run?.parked === true && run.outcome === null) await due.take()
      return run
    } finally {
      // Whatever was taken up meanwhile; also when the store fails: a full disk is no reason to let a run go on.
      const isHeld = runner.active().some((run) => run.runId === runId && isOwner(owner, run.owner))
      if (isHeld) runner.stop(runId)
    }
  }

  /** A store that is silent keeps nobody from leaving. */
  async function settlePending(): Promise<void> {
    const givenUp = Promise.withResolvers<'given up'>()
    using _timer = clock.setTimeout(() => givenUp.resolve('given up'), COMMIT_MS)
    while (pending.size > 0) {
      if ((await Promise.race([Promise.all(pending), givenUp.promise])) !== 'given up') continue
      return logger.error({ node, pending: pending.size }, 'The store did not answer before the shutdown')
    }
  }

  async function drain(deadlineMs: number): Promise<void> {
    draining = true
    due[Symbol.dispose]()
    await settlePending()
    await runner.drain(deadlineMs)
    await scopes.settled()
  }

  return {
    async createThread(principal, { title = '' } = {}) {
      const owner = ownerOf(principal)
      const thread = await store.threads.create(owner, { threadId: createId('thr'), title, at: clock.now() })
      notify({ type: 'threads_changed', owner })
      return thread
    },
    listThreads: (principal, page) => store.threads.list(ownerOf(principal), page),
    async renameThread(principal, threadId, title) {
      const renamed = await rename(ownerOf(principal), threadId, title)
      if (renamed === undefined) throw notFound('thread', threadId)
      return renamed.thread
    },
    async deleteThread(principal, threadId) {
      const owner = ownerOf(principal)
      const thread = await store.threads.get(owner, threadId)
      if (thread === undefined) throw notFound('thread', threadId)
      if (thread.activeRunId !== null) {
        await stopRun(owner, thread.activeRunId)
        await runner.ended(thread.activeRunId)
      }
      if (!(await store.threads.delete(owner, threadId))) throw notFound('thread', threadId)
      notify({ type: 'thread_gone', owner, threadId })
      notify({ type: 'threads_changed', owner })
    },
    async openThread(principal, threadId) {
      const owner = ownerOf(principal)
      const [thread, open] = await Promise.all([
        store.threads.get(owner, threadId),
        store.approvals.listOpen(owner, threadId),
      ])
      if (thread === undefined) throw notFound('thread', threadId)
      return { thread, approvals: open.map(requestOf) }
    },
    async readEvents(principal, threadId, range) {
      const events = await store.events.read(ownerOf(principal), threadId, range)
      if (events === undefined) throw notFound('thread', threadId)
      return events
    },
    send: (principal, message) => track(send(principal, message)),
    async stop(principal, runId) {
      const owner = ownerOf(principal)
      const run = await stopRun(owner, runId)
      if (run === undefined) throw notFound('run', runId)
      if (run.outcome !== null || !runner.isEnding(runId)) return { stopping: run.outcome === null }
      // It came too late, unless the end that was said is lost.
      await runner.ended(runId)
      const ended = await store.runs.get(owner, runId)
      return { stopping: ended?.outcome === null }
    },
    inbox: (principal, query = {}) => readInbox({ store, clock }, principal, query),
    async answer(principal, approvalId, answer) {
      await answers.answer({ principal, approvalId, answer })
      due.hurry()
    },
    checkApproval: (principal, approvalId, input) => answers.check({ principal, approvalId, input }),
    approval: (principal, approvalId) => answers.look(principal, approvalId),
    attach: (principal, file) => attachments.attach(ownerOf(principal), file),
    openAttachment: (principal, attachmentId) => attachments.open(ownerOf(principal), attachmentId),
    deleteAttachment: (principal, attachmentId) => attachments.detach(ownerOf(principal), attachmentId),
    tools(principal, name = defaultAgent, seat) {
      const agent = agents.get(name)
      if (agent === undefined) throw new AgentError('AGENT_UNKNOWN', { agent: name, known: [...agents.keys()] })
      return {
        agent: name,
        tools: heldTools({ scope: seat?.scope ?? scopes.peek(principal) ?? registry, policy, principal, agent }),
      }
    },
    async usage(principal) {
      // A tool that is hidden from somebody is nowhere named to them.
      const scope = scopes.peek(principal) ?? registry
      const isHidden = (tool: Tool | undefined): boolean =>
        tool !== undefined && policy.visible(principal, [tool]).length === 0
      const told = budgetsOf(principal, budgets).filter(({ tool }) => !isHidden(scope.get(tool ?? '')))
      const query = { at: clock.now(), budgets: told }
      return { currency, ...(await store.usage.read(ownerOf(principal), query)) }
    },
    agents: () =>
      [...agents.values()].toSorted(byDefault).map((agent) => {
        const { name, description, model } = agent
        return { name, description, model: model.name, models: modelsOf(agent).map((offered) => offered.name) }
      }),

    takeSeat: (seat) => seats.take(seat),
    acquireUserScope: (principal) => scopes.acquire(principal),
    subscribe(listener) {
      const entry = (notice: SupervisorNotice): void => listener(notice)
      listeners.add(entry)
      return { [Symbol.dispose]: () => void listeners.delete(entry) }
    },
    active: () => runner.active(),
    recover: () => due.take(),
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  }
}

/** What changes how a user's list of threads reads. */
const listChanges: ReadonlySet<string> = new Set(['message_added', 'thread_renamed', 'agent_completed'])

function indexAgents(agents: readonly Agent[]): ReadonlyMap<string, Agent> {
  const byName = new Map(agents.map((agent) => [agent.name, agent]))
  if (byName.size === 0) throw optionInvalid('agents', 'at least one agent', 'none')
  if (byName.size < agents.length) {
    throw optionInvalid('agents', 'agents of different names', agents.map(({ name }) => `"${name}"`).join(', '))
  }
  return byName
}

function isOwner(a: Owner, b: Owner): boolean {
  return a.tenant === b.tenant && a.user === b.user
}

/** A budget of money cannot hold what costs nobody knows how much. */
function assertPrices(agents: readonly Agent[], { required }: { readonly required: boolean }): void {
  const all = agents.flatMap((agent, index) =>
    modelsOf(agent).map((model, at) => {
      const place = at === 0 ? 'model' : `models[${at - 1}]`
      return { name: agent.name, model, option: `agents[${index}].${place}.price` }
    }),
  )
  for (const { name, model, option } of all) {
    if (model.price === undefined && required) {
      const expected = `a price, because there is a budget of money; the model "${model.name}" of agent "${name}" has none`
      throw optionInvalid(option, expected, 'none')
    }
    if (model.price !== undefined && !isPrice(model.price)) {
      throw optionInvalid(option, `amounts from 0 to ${MAX_PRICE}, to the millionth`, JSON.stringify(model.price))
    }
  }
}

function ownerOf({ tenant, user }: Principal): Owner {
  return { tenant, user }
}

/** As it was asked, without what only the store keeps. */
function requestOf({ threadId: _threadId, status: _status, by: _by, ...request }: ApprovalRecord): ApprovalRequested {
  return request
}

function notFound(what: 'thread' | 'run', id: string): AgentError {
  return new AgentError('NOT_FOUND', { what, id })
}

function optionInvalid(option: string, expected: string, received: string): AgentError {
  return new AgentError('OPTION_INVALID', { option, expected, received })
}
