/**
 * Asks a server what an operator may know, over HTTP. The law: what is refused rejects with the server's code, and nothing
 * is kept here. @module
 */
import { ClientError, clientError } from '../client/errors.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import type { Judgement, JudgementRequest } from './judgement.ts'
import type { OperationsQuestion, OperationsQuestions, OperationsReply } from './questions.ts'

export interface OperationsClientOptions {
  /** Such as `http://127.0.0.1:4600`. */
  readonly url: string
  /** Sent with each request, such as `authorization`. Not needed with a session cookie. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
  /** Default: `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

/** Rejects with `ClientError`: the server's code (`OPERATOR_REQUIRED`, …), `CONNECTION_LOST`, or what aborted the signal. */
export interface OperationsClient {
  ask<Q extends OperationsQuestion>(
    question: Q,
    query: OperationsQuestions[Q]['query'],
    options?: { readonly signal?: AbortSignal },
  ): Promise<OperationsReply<Q>>
  /** What would happen if this were offered as tools. Nothing of it stays. */
  judge(request: JudgementRequest, options?: { readonly signal?: AbortSignal }): Promise<Judgement>
}

export function createOperationsClient(options: OperationsClientOptions): OperationsClient {
  const { url, headers, fetch = (address, init) => globalThis.fetch(address, init) } = options

  async function request(path: string, init: RequestInit): Promise<unknown> {
    const given = await headers?.()
    const response = await fetch(new URL(`/v1/operations/${path}`, url), {
      ...init,
      redirect: 'error',
      headers: {
        ...given,
        accept: 'application/json',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    }).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error
      throw clientError('CONNECTION_LOST', { type: path })
    })
    const body: unknown = await response.json().catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error
      return undefined
    })
    if (response.ok && body !== undefined) return body
    throw isRefusal(body) ? new ClientError(body.error) : clientError('CONNECTION_LOST', { type: path })
  }

  return {
    async ask<Q extends OperationsQuestion>(
      question: Q,
      query: OperationsQuestions[Q]['query'],
      { signal }: { readonly signal?: AbortSignal } = {},
    ) {
      const given = Object.entries(query).filter(([, value]) => value !== undefined)
      const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
      const path = parameters.size === 0 ? question : `${question}?${parameters}`
      // The server is trusted to keep the contract of the question that it was asked.
      return (await request(path, signal === undefined ? {} : { signal })) as OperationsReply<Q>
    },
    async judge(candidate, { signal }: { readonly signal?: AbortSignal } = {}) {
      const init = { method: 'POST', body: JSON.stringify(candidate), ...(signal === undefined ? {} : { signal }) }
      // The server is trusted to keep the contract of what it was asked.
      return (await request('judgement', init)) as Judgement
    },
  }
}

function isRefusal(body: unknown): body is { readonly error: Failure } {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}
