/**
 * Makes a client. The law: what is asked of it is answered, refused or told to be lost; nothing waits for ever. @module
 */
import type { Goodbye, Hello, ServerFrame } from '../protocol/frames.ts'
import type { SentPart } from '../protocol/vocabulary.ts'
import { createClientAttachments } from './attachments.ts'
import { createBackoff } from './backoff.ts'
import type { Client, ClientClock, ClientOptions, ClientStatus, WebSocketLike } from './client.ts'
import { createEmitter } from './emitter.ts'
import { clientError } from './errors.ts'
import { createLink } from './link.ts'
import { createClientOffers } from './offers.ts'
import { createRequests } from './requests.ts'
import { createThreads } from './threads.ts'

/** Connects at once, and again whenever the connection is lost, until it is closed. */
export function createClient(options: ClientOptions): Client {
  const {
    url,
    ticket,
    connect = connectWebSocket,
    minBackoffMs = 250,
    maxBackoffMs = 15_000,
    replyTimeoutMs = 15_000,
    maxPendingCommands = 256,
    clock = systemClock,
    random = Math.random,
  } = options
  const attachments = createClientAttachments({
    url,
    headers: options.headers,
    // Called as the page's own: a browser's refuses to be called as anything else's.
    fetch: options.fetch ?? ((address, init) => globalThis.fetch(address, init)),
  })
  const statuses = createEmitter<ClientStatus>()
  const goodbyes = createEmitter<Goodbye>()
  const changes = createEmitter<void>()
  const approvalChanges = createEmitter<void>()
  let wasOpen = false

  const hello = (): Hello | undefined => (link.status.state === 'open' ? link.status.hello : undefined)
  const requests = createRequests({
    clock,
    replyTimeoutMs,
    maxPendingCommands,
    wire() {
      const maxFrameBytes = hello()?.limits.maxFrameBytes
      return maxFrameBytes === undefined ? undefined : { maxFrameBytes, send: (text) => link.send(text) }
    },
  })
  const isConnected = (): boolean => hello() !== undefined
  const threads = createThreads({ requests, clock, isConnected })
  const offers = createClientOffers({ requests, clock, isConnected })
  const link = createLink({
    url,
    ticket,
    connect,
    backoff: createBackoff(minBackoffMs, maxBackoffMs, random),
    clock,
    timeoutMs: replyTimeoutMs,
    onStatus,
    onGoodbye: (goodbye) => goodbyes.emit(goodbye),
    onFrame,
  })

  function onStatus(status: ClientStatus): void {
    if (status.state !== 'open' && wasOpen) {
      offers.onLost()
      requests.onLost()
    }
    wasOpen = status.state === 'open'
    if (status.state === 'closed') {
      requests.close(status.reason)
      threads.close()
      offers.close()
    }
    if (status.state === 'open') {
      // Threads first, so that what is sent again finds its thread open; before them the tools, so that their runs find those.
      offers.onConnected()
      threads.onConnected()
      requests.onConnected()
      // A refusal among these may have led a listener to close it.
      if (hello() === undefined) return
    }
    statuses.emit(status)
  }

  function onFrame(frame: Exclude<ServerFrame, Hello | Goodbye>): void {
    switch (frame.type) {
      case 'ok':
      case 'error':
        return requests.onReply(frame)
      case 'event':
        return threads.onEvent(frame)
      case 'thread_gone':
        return threads.onGone(frame.threadId)
      case 'threads_changed':
        return changes.emit()
      case 'approvals_changed':
        return approvalChanges.emit()
      case 'tool.call':
        return offers.onCall(frame)
      case 'tool.cancel':
        return offers.onCancel(frame.callId)
      default:
        // A newer server may say more than this client knows.
        return
    }
  }

  return {
    get status() {
      return link.status
    },
    onStatus: (listener) => statuses.on(listener),
    connectNow: () => link.connectNow(),
    onThreadsChanged: (listener) => changes.on(listener),
    onApprovalsChanged: (listener) => approvalChanges.on(listener),
    onGoodbye: (listener) => goodbyes.on(listener),
    command: (command) => requests.request(command),

    async createThread(title) {
      const command = title === undefined ? {} : { title }
      return (await requests.request<'thread.create'>({ type: 'thread.create', ...command })).thread
    },
    async listThreads(query, page = {}) {
      const command = query === undefined ? page : { query, ...page }
      return (await requests.request<'thread.list'>({ type: 'thread.list', ...command })).threads
    },
    async renameThread(threadId, title) {
      return (await requests.request<'thread.rename'>({ type: 'thread.rename', threadId, title })).thread
    },
    async deleteThread(threadId) {
      await requests.request<'thread.delete'>({ type: 'thread.delete', threadId })
    },
    openThread(threadId, listener, from = 0) {
      const { status } = link
      if (status.state === 'closed') throw clientError('CLIENT_CLOSED', { reason: status.reason })
      return threads.open(threadId, listener, from)
    },
    offerTools(tools, listener = {}) {
      const { status } = link
      if (status.state === 'closed') throw clientError('CLIENT_CLOSED', { reason: status.reason })
      return offers.offer(tools, listener)
    },
    async send(threadId, message, { agent, model, follows, idempotencyKey = crypto.randomUUID() } = {}) {
      const parts: readonly SentPart[] =
        typeof message === 'string' ? [{ type: 'text', text: message }] : message.map(sentPart)
      const choice = {
        ...(agent === undefined ? {} : { agent }),
        ...(model === undefined ? {} : { model }),
        ...(follows === undefined ? {} : { follows }),
      }
      const { messageId, runId } = await requests.request<'message.send'>({
        type: 'message.send',
        threadId,
        parts,
        idempotencyKey,
        ...choice,
      })
      return { messageId, runId }
    },
    attach: attachments.attach,
    detach: attachments.detach,
    attachmentUrl: attachments.addressOf,
    async stop(runId) {
      return (await requests.request<'run.stop'>({ type: 'run.stop', runId })).stopping
    },
    approval: (approvalId) => requests.request<'approval.get'>({ type: 'approval.get', approvalId }),
    async checkApproval(approvalId, input) {
      return (await requests.request<'approval.check'>({ type: 'approval.check', approvalId, input })).issues
    },
    async listApprovals(options = {}) {
      const { approvals, more } = await requests.request<'approval.list'>({ type: 'approval.list', ...options })
      return { approvals, more }
    },
    async answer(approvalId, answer) {
      await requests.request<'approval.answer'>({ type: 'approval.answer', approvalId, ...answer })
    },
    usage: () => requests.request<'usage.get'>({ type: 'usage.get' }),
    close: () => link.close('it was closed here'),
    async [Symbol.asyncDispose]() {
      link.close('it was closed here')
    },
  }
}

/** The server knows the rest of an attachment better than its sender. */
function sentPart(part: SentPart): SentPart {
  return part.type === 'text' ? part : { type: 'attachment', attachmentId: part.attachmentId }
}

function connectWebSocket(url: string, protocols: readonly string[]): WebSocketLike {
  return new WebSocket(url, [...protocols])
}

const systemClock: ClientClock = {
  now: () => Date.now(),
  setTimeout(fn, delayMs) {
    const timer = setTimeout(fn, delayMs)
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
