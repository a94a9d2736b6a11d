/**
 * The tools that this client offers. The law: the server knows the whole list, on every connection anew; a call is answered
 * once, on the connection that asked for it. @module
 */
import type { ToolCall } from '../protocol/frames.ts'
import type { OfferVerdict } from '../protocol/offered-tool.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'
import type { ClientClock, ClientTool, OfferListener } from './client.ts'
import { callSafely } from './emitter.ts'
import type { ClientError } from './errors.ts'
import type { Requests } from './requests.ts'

export interface ClientOffersOptions {
  readonly requests: Requests
  readonly clock: ClientClock
  readonly isConnected: () => boolean
}

export interface ClientOffers {
  offer(tools: readonly ClientTool[], listener: OfferListener): Disposable
  onCall(call: ToolCall): void
  onCancel(callId: string): void
  onConnected(): void
  /** Nobody is left to answer: what is at work is told to stop. */
  onLost(): void
  close(): void
}

interface Offer {
  readonly tools: readonly ClientTool[]
  readonly listener: OfferListener
}

interface CallAtWork {
  readonly callId: string
  readonly controller: AbortController
  retry?: Disposable
}

type Result = { readonly output: JsonValue } | { readonly error: { readonly message: string } }

const RETRY_MS = 1_000
const MAX_ERROR_CHARS = 2_000

export function createClientOffers({ requests, clock, isConnected }: ClientOffersOptions): ClientOffers {
  const offers = new Set<Offer>()
  const calls = new Map<string, CallAtWork>()
  let asked = 0
  let isDue = false
  let retry: Disposable | undefined

  /** What changes in one turn is told once. */
  function announce(): void {
    if (isDue) return
    isDue = true
    queueMicrotask(() => {
      isDue = false
      tell()
    })
  }

  function tell(): void {
    retry?.[Symbol.dispose]()
    if (!isConnected()) return
    asked += 1
    const mine = asked
    const told = [...offers]
    const tools = told.flatMap((offer) => offer.tools.map(({ execute: _execute, ...tool }) => tool))
    requests.ask<'tools.offer'>(
      { type: 'tools.offer', tools },
      ({ verdicts }) => mine === asked && onVerdicts(told, verdicts),
      (error) => mine === asked && onRefused(told, error),
    )
  }

  function onVerdicts(told: readonly Offer[], verdicts: readonly OfferVerdict[]): void {
    let at = 0
    for (const offer of told) {
      const own = verdicts.slice(at, at + offer.tools.length)
      at += offer.tools.length
      if (offers.has(offer)) callSafely(() => offer.listener.onVerdicts?.(own))
    }
  }

  function onRefused(told: readonly Offer[], error: ClientError): void {
    if (error.retry === 'later') {
      // Without a connection the next one begins with it.
      if (isConnected()) retry = clock.setTimeout(tell, RETRY_MS)
      return
    }
    const { code, message, retry: again } = error
    for (const offer of told) {
      if (offers.has(offer)) callSafely(() => offer.listener.onRefused?.({ code, message, retry: again }))
    }
  }

  function toolNamed(name: string): ClientTool | undefined {
    for (const { tools } of offers) {
      const found = tools.find((tool) => tool.name === name)
      if (found !== undefined) return found
    }
    return undefined
  }

  async function carryOut(mine: CallAtWork, call: ToolCall): Promise<void> {
    const { tool: name, input, callId, runId, threadId, deadline } = call
    const { signal } = mine.controller
    const tool = toolNamed(name)
    if (tool === undefined) return answer(mine, { error: { message: `"${name}" is not offered here any more` } })
    try {
      const output: unknown = await tool.execute(input, { callId, runId, threadId, deadline, signal })
      answer(mine, { output: jsonOf(output) })
    } catch (error) {
      answer(mine, { error: { message: messageOf(error) } })
    }
  }

  function answer(mine: CallAtWork, result: Result): void {
    const { callId } = mine
    if (calls.get(callId) !== mine) return
    requests.ask<'tool.result'>(
      { type: 'tool.result', callId, ...result },
      () => forget(mine),
      (error) => onAnswerRefused(mine, result, error),
    )
  }

  function onAnswerRefused(mine: CallAtWork, result: Result, error: ClientError): void {
    if (error.code === 'CALL_NOT_OPEN' || !isConnected()) return forget(mine)
    if (error.retry === 'later') {
      mine.retry = clock.setTimeout(() => answer(mine, result), RETRY_MS)
      return
    }
    // What the server will not take, such as too large an output, is the tool's failure; why not is short enough.
    if ('output' in result) return answer(mine, { error: { message: error.message.slice(0, MAX_ERROR_CHARS) } })
    forget(mine)
  }

  function forget(mine: CallAtWork): void {
    if (calls.get(mine.callId) === mine) calls.delete(mine.callId)
  }

  function stopAll(): void {
    for (const { controller } of calls.values())
      controller.abort(new DOMException('The connection was lost', 'AbortError'))
    for (const { retry: waiting } of calls.values()) waiting?.[Symbol.dispose]()
    calls.clear()
  }

  return {
    offer(tools, listener) {
      const offer: Offer = { tools: [...tools], listener }
      offers.add(offer)
      announce()
      return {
        [Symbol.dispose]: () => {
          if (offers.delete(offer)) announce()
        },
      }
    },
    onCall(call) {
      const { callId } = call
      calls.get(callId)?.controller.abort(new DOMException('The call was asked for again', 'AbortError'))
      const mine: CallAtWork = { callId, controller: new AbortController() }
      calls.set(callId, mine)
      void carryOut(mine, call)
    },
    onCancel: (callId) => calls.get(callId)?.controller.abort(new DOMException('The call was stopped', 'AbortError')),
    onConnected() {
      if (offers.size > 0) tell()
    },
    onLost: stopAll,
    close() {
      retry?.[Symbol.dispose]()
      offers.clear()
      stopAll()
    },
  }
}

/** As the wire will have it. Throws for what JSON cannot hold. */
function jsonOf(output: unknown): JsonValue {
  const text: string | undefined = JSON.stringify(output)
  return text === undefined ? null : (JSON.parse(text) as JsonValue)
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : ''
  return (text === '' ? 'it gave no reason' : text).slice(0, MAX_ERROR_CHARS)
}
