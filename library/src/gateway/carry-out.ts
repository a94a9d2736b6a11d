/**
 * What each command does. The law: every command names its principal to the supervisor, and is answered by what the
 * supervisor answered. @module
 */
import type { Seat } from '../agent/seats.ts'
import type { Supervisor } from '../agent/supervisor.ts'
import type { CommandBody, CommandType, Replies } from '../protocol/frames.ts'
import type { OfferedTool, OfferVerdict } from '../protocol/offered-tool.ts'
import type { Owner, Principal } from '../protocol/vocabulary.ts'
import { GatewayError } from './errors.ts'
import { lastTurns, newestWithin, type ReadBack } from './history.ts'
import type { PeerResult } from './peer-calls.ts'

export interface CommandContext {
  readonly supervisor: Supervisor
  readonly principal: Principal
  readonly now: () => number
  /** How much a page of a thread may be worth. */
  readonly maxPageBytes: number
  /** A run was asked to stop; it may be at work on another node. */
  readonly onStopping: (owner: Owner, runId: string) => void
  /** What only a socket can do; absent for an HTTP client. */
  readonly socket?: SocketCommands
}

export interface SocketCommands {
  /** Where runs find the tools that this connection offers. */
  seat(): Seat
  leave(threadId: string): void
  offer(tools: readonly OfferedTool[]): readonly OfferVerdict[]
  result(result: PeerResult): void
  /** Answers until when the new credentials hold. */
  refresh(token: string): Promise<number | null>
}

export type Reply = Replies[CommandType]

/** Rejects with `GatewayError`, `AgentError` or `StoreError`. */
export async function carryOut(command: CommandBody, context: CommandContext): Promise<Reply> {
  const { supervisor, principal, socket } = context
  switch (command.type) {
    case 'thread.create': {
      const { title } = command
      const thread = await supervisor.createThread(principal, title === undefined ? {} : { title })
      return { threadId: thread.threadId, thread }
    }
    case 'thread.list': {
      const { type: _, ...options } = command
      return { threads: await supervisor.listThreads(principal, options) }
    }
    case 'thread.rename':
      return { thread: await supervisor.renameThread(principal, command.threadId, command.title) }
    case 'thread.delete':
      await supervisor.deleteThread(principal, command.threadId)
      return {}
    case 'thread.open': {
      const { threadId, after = 0, last } = command
      const { thread, approvals } = await supervisor.openThread(principal, threadId)
      const { lastSeq } = thread
      if (after > lastSeq) throw new GatewayError('AFTER_AHEAD', { after, lastSeq })
      const read: ReadBack = (range) => supervisor.readEvents(principal, threadId, range)
      const begin = last === undefined ? after : await lastTurns(read, lastSeq, last)
      return { thread, lastSeq, after: begin, approvals }
    }
    case 'thread.read': {
      const { threadId, before, limit = 100 } = command
      const events = await supervisor.readEvents(principal, threadId, { before, limit })
      return { events: newestWithin(events, context.maxPageBytes) }
    }
    case 'thread.leave':
      needSocket(socket, command.type).leave(command.threadId)
      return {}
    case 'message.send': {
      const { type: _, ...message } = command
      return await supervisor.send(principal, socket === undefined ? message : { ...message, seat: socket.seat() })
    }
    case 'run.stop': {
      const answer = await supervisor.stop(principal, command.runId)
      if (answer.stopping) context.onStopping(principal, command.runId)
      return answer
    }
    case 'approval.answer': {
      const { type: _, approvalId, ...answer } = command
      await supervisor.answer(principal, approvalId, answer)
      return { approvalId }
    }
    case 'approval.check':
      return { issues: await supervisor.checkApproval(principal, command.approvalId, command.input) }
    case 'approval.get':
      return await supervisor.approval(principal, command.approvalId)
    case 'approval.list': {
      const { type: _, ...query } = command
      return await supervisor.inbox(principal, query)
    }
    case 'tools.list':
      return supervisor.tools(principal, command.agent, socket?.seat())
    case 'tools.offer':
      return { verdicts: needSocket(socket, command.type).offer(command.tools) }
    case 'tool.result': {
      const { type, ...result } = command
      needSocket(socket, type).result(result)
      return {}
    }
    case 'usage.get':
      return await supervisor.usage(principal)
    case 'auth.refresh':
      return { expiresAt: await needSocket(socket, command.type).refresh(command.token) }
    case 'ping':
      return { at: context.now() }
    default:
      return command satisfies never
  }
}

function needSocket(socket: SocketCommands | undefined, type: CommandType): SocketCommands {
  if (socket === undefined) throw new GatewayError('COMMAND_NEEDS_SOCKET', { type })
  return socket
}
