/**
 * What each command does. The law: every command names its principal to the supervisor, and is answered by what the
 * supervisor answered. @module
 */
import type { Supervisor } from '../agent/supervisor.ts'
import type { CommandBody, CommandType, Replies } from '../protocol/frames.ts'
import type { Owner, Principal } from '../protocol/vocabulary.ts'
import { GatewayError } from './errors.ts'

export interface CommandContext {
  readonly supervisor: Supervisor
  readonly principal: Principal
  readonly now: () => number
  /** A run was asked to stop; it may be at work on another node. */
  readonly onStopping: (owner: Owner, runId: string) => void
  /** What only a socket can do; absent for an HTTP client. */
  readonly socket?: SocketCommands
}

export interface SocketCommands {
  leave(threadId: string): void
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
      const { thread, approvals } = await supervisor.openThread(principal, command.threadId)
      const { lastSeq } = thread
      if (command.after > lastSeq) throw new GatewayError('AFTER_AHEAD', { after: command.after, lastSeq })
      return { thread, lastSeq, approvals }
    }
    case 'thread.leave':
      needSocket(socket, command.type).leave(command.threadId)
      return {}
    case 'message.send': {
      const { type: _, ...message } = command
      return await supervisor.send(principal, message)
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
    case 'tools.list':
      return supervisor.tools(principal, command.agent)
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
