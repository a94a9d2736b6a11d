/**
 * The supervisor of one node, over a store and a frozen catalogue. The law: what it answers for is durable, and every
 * accepted message has one run with one end.
 *
 * @module
 */
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
import { AgentError } from './errors.ts'
import { createEventLog } from './event-log.ts'
import { createGates } from './gate.ts'
import { guardLogger } from './guarded-logger.ts'
import { readInbox } from './inbox.ts'
import { defaultRunLimits, readRunLimits } from './limits.ts'
import type { ApprovalRecord, Clock, Logger, RunRecord, Store } from './ports.ts'
import { endInterrupted } from './recovery.ts'
import type { LateCall, RunServices } from './run-context.ts'
import { createRunner, LEASE_MS } from './runner.ts'
import { createUserScopes } from './scopes.ts'
import { createSeats } from './seats.ts'
import { createShownAttachments } from './shown-attachments.ts'
import { callAgent } from './subagent.ts'
import type { SendMessage, Supervisor, SupervisorNotice } from './supervisor.ts'
import { titleOf } from './thread-title.ts'
import { heldTools } from './tool-listing.ts'

export interface SupervisorOptions {
  readonly store: Store
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
  /** Replace `defaultAttachmentLimits` where given. */
  readonly attachmentLimits?: Partial<AttachmentLimits>
  readonly clock: Clock
  readonly logger: Logger
  /** This process, among those that share the store. Default: a new id. */
  readonly node?: string
  /** Told when an abandoned call settled after all. */
  readonly onLateCall?: (late: LateCall) => void
}

/** Runs taken over in one go. */
const RECOVER_PAGE = 100

/** @throws AgentError `OPTION_INVALID`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { store, registry, policy, clock, maxRunsPerUser = 4, node = createId('node') } = options
  const logger = guardLogger(options.logger)
  if (!(Number.isSafeInteger(maxRunsPerUser) && maxRunsPerUser > 0)) {
    throw optionInvalid('maxRunsPerUser', 'a whole number, at least 1', String(maxRunsPerUser))
  }
  const agents = indexAgents(options.agents)
  const defaultAgent = options.defaultAgent ?? options.agents[0]?.name ?? ''
  if (!agents.has(defaultAgent)) {
    throw optionInvalid('defaultAgent', `one of ${[...agents.keys()].join(', ')}`, `"${defaultAgent}"`)
  }

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
    services,
  })
  const answerApproval = createAnswerer({
    store,
    log,
    clock,
    approvals,
    toolNamed: (owner, name) => (scopes.peek(owner) ?? registry).get(name),
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

  async function rename(owner: Owner, threadId: string, title: string): ReturnType<Store['threads']['rename']> {
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
    const { threadId, idempotencyKey, agent = defaultAgent } = message
    if (draining) throw new AgentError('DRAINING', {})
    if (!agents.has(agent)) throw new AgentError('AGENT_UNKNOWN', { agent, known: [...agents.keys()] })
    const owner = ownerOf(principal)
    const parts = await attachments.resolve(owner, threadId, message.parts)
    const run = {
      runId: createId('run'),
      threadId,
      messageId: createId('msg'),
      agent,
      principal,
      parts,
      ...(message.follows === undefined ? {} : { follows: message.follows }),
      idempotencyKey,
      node,
      at: clock.now(),
      leaseMs: LEASE_MS,
      maxRunsPerUser,
    }
    const accepted = await log.commit(
      { owner, threadId },
      () => store.runs.accept(owner, run),
      (answer) => (answer.status === 'started' ? answer.events : []),
    )
    switch (accepted.status) {
      case 'started': {
        if (message.seat !== undefined) seats.sent(message.seat, run.runId)
        runner.start(accepted.run)
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
        throw new AgentError('RUNS_LIMIT', { running: accepted.running, max: maxRunsPerUser })
      case 'message_unknown':
        throw new AgentError('MESSAGE_UNKNOWN', { threadId, messageId: message.follows ?? '' })
      case 'not_found':
        throw notFound('thread', threadId)
      default:
        return accepted satisfies never
    }
  }

  async function recoverRun(run: RunRecord): Promise<boolean> {
    runner.lose(run.runId, 'its lease ran out')
    try {
      await endInterrupted(run, { store, log, clock, logger, leaseMs: LEASE_MS })
      return true
    } catch (err) {
      logger.error({ err, runId: run.runId }, 'An interrupted run could not be ended; it is tried again')
      return false
    }
  }

  async function drain(deadlineMs: number): Promise<void> {
    draining = true
    while (pending.size > 0) await Promise.all(pending)
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
      if (thread.activeRunId !== null && runner.stop(thread.activeRunId)) await runner.ended(thread.activeRunId)
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
      const run = await store.runs.get(ownerOf(principal), runId)
      if (run === undefined) throw notFound('run', runId)
      // A run of another node is stopped there, by the hint that the gateway spreads.
      return { stopping: runner.stop(runId) || run.outcome === null }
    },
    inbox: (principal, query = {}) => readInbox({ store, clock }, principal, query),
    answer: (principal, approvalId, answer) => answerApproval({ principal, approvalId, answer }),
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
    agents: () =>
      [...agents.values()].map(({ name, description, model }) => ({ name, description, model: model.name })),

    takeSeat: (seat) => seats.take(seat),
    acquireUserScope: (principal) => scopes.acquire(principal),
    subscribe(listener) {
      const entry = (notice: SupervisorNotice): void => listener(notice)
      listeners.add(entry)
      return { [Symbol.dispose]: () => void listeners.delete(entry) }
    },
    active: () => runner.active(),
    async recover() {
      let recovered = 0
      await runner.prolong()
      for (;;) {
        const now = clock.now()
        const runs = await store.leases.takeOver(node, { now, until: now + LEASE_MS, limit: RECOVER_PAGE })
        const ended = await Promise.all(runs.map(recoverRun))
        recovered += ended.filter(Boolean).length
        if (runs.length < RECOVER_PAGE) return recovered
      }
    },
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

function ownerOf({ tenant, user }: Principal): Owner {
  return { tenant, user }
}

/** As it was asked, without what only the store keeps. */
function requestOf({ threadId: _threadId, status: _status, ...request }: ApprovalRecord): ApprovalRequested {
  return request
}

function notFound(what: 'thread' | 'run', id: string): AgentError {
  return new AgentError('NOT_FOUND', { what, id })
}

function optionInvalid(option: string, expected: string, received: string): AgentError {
  return new AgentError('OPTION_INVALID', { option, expected, received })
}
