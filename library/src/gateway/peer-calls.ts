/**
 * Calls that a connection's peer carries out. The law: each is asked for once and ends once, by the peer's answer or by the
 * end of the connection; what nobody asked for is refused. @module
 */
import type { CommandBody, ToolCall, ToolCancel } from '../protocol/frames.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { ToolError } from '../tool/errors.ts'
import type { Call } from '../tool/tool.ts'
import { GatewayError } from './errors.ts'

export interface PeerCallsOptions {
  /** At work at once; one that was stopped counts until its peer answers. */
  readonly maxCalls: number
  readonly push: (frame: ToolCall | ToolCancel) => void
  /**
   * Asked before each call.
   *
   * @throws {@link GatewayError} when the peer does not take in what it is sent.
   */
  readonly checkReading: () => void
  /** Told of each call that is not asked for because of the limit. */
  readonly onRefused: (code: 'TOO_MANY_PEER_CALLS') => void
}

export type PeerResult = Omit<Extract<CommandBody, { readonly type: 'tool.result' }>, 'type'>

export interface PeerCalls {
  /** At work, or stopped and not answered yet. */
  readonly count: number
  /**
   * Rejects with what the peer says went wrong; with {@link GatewayError} `OFFER_GONE`, `TOO_MANY_PEER_CALLS` and
   * `NOT_READING` when the peer was not asked; with {@link ToolError} `CALL_LOST` when it was and its answer never came.
   */
  ask(tool: string, input: JsonValue, call: Call<unknown>): Promise<JsonValue>
  /** @throws {@link GatewayError} `CALL_NOT_OPEN`. */
  settle(result: PeerResult): void
  /** No answer can come any more. */
  close(): void
}

interface OpenCall {
  readonly settle: (result: PeerResult) => void
  readonly lose: (reason: string) => void
}

export function createPeerCalls({ maxCalls, push, checkReading, onRefused }: PeerCallsOptions): PeerCalls {
  const open = new Map<string, OpenCall>()
  let closed = false

  return {
    get count() {
      return open.size
    },
    async ask(tool, input, { callId, runId, threadId, deadline, signal }) {
      if (closed) throw new GatewayError('OFFER_GONE', { tool })
      const before = open.get(callId)
      if (before === undefined && open.size >= maxCalls) {
        onRefused('TOO_MANY_PEER_CALLS')
        throw new GatewayError('TOO_MANY_PEER_CALLS', { maxCalls })
      }
      checkReading()
      before?.lose('it was asked for again')
      const answer = Promise.withResolvers<JsonValue>()
      const call: OpenCall = {
        settle: ({ output, error }) =>
          error === undefined ? answer.resolve(output ?? null) : answer.reject(new Error(error.message)),
        lose: (reason) => answer.reject(new ToolError('CALL_LOST', { tool, reason })),
      }
      const onStop = (): void => push({ type: 'tool.cancel', callId })
      open.set(callId, call)
      signal.addEventListener('abort', onStop, { once: true })
      push({ type: 'tool.call', callId, tool, input, runId, threadId, deadline })
      try {
        return await answer.promise
      } finally {
        signal.removeEventListener('abort', onStop)
        if (open.get(callId) === call) open.delete(callId)
      }
    },
    settle(result) {
      const call = open.get(result.callId)
      if (call === undefined) throw new GatewayError('CALL_NOT_OPEN', { callId: result.callId })
      // At once, so that a second answer in the same turn finds nothing.
      open.delete(result.callId)
      call.settle(result)
    },
    close() {
      closed = true
      for (const call of open.values()) call.lose('the connection that offers it was lost')
    },
  }
}
