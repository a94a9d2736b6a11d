/**
 * The `fetch` to give to a provider. The law: a key and a conversation go to the address they were meant for and to no
 * other, and whoever answers there cannot use up this process's memory.
 *
 * @module
 */

export interface ProviderFetchOptions {
  /** Of one answer, unpacked. Default 64 MiB: several times what the longest answers take. */
  readonly maxAnswerBytes?: number
  /** Of the answer's text when it is a refusal; what is beyond is not read. Default 64 KiB. */
  readonly maxErrorBytes?: number
}

export type ProviderFetch = typeof globalThis.fetch

/** An answer that no further attempt would make usable. */
export class ProviderAnswerError extends Error {
  override readonly name = 'ProviderAnswerError'
}

const MEBIBYTE = 2 ** 20

/**
 * For `createAnthropic({ apiKey, fetch: createProviderFetch() })` and the like. Redirects are not followed: `fetch` by
 * itself takes the conversation and every header that is not named `Authorization` along to wherever it is sent.
 */
export function createProviderFetch(options: ProviderFetchOptions = {}): ProviderFetch {
  const { maxAnswerBytes = 64 * MEBIBYTE, maxErrorBytes = MEBIBYTE / 16 } = options
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' })
    const { body, status, statusText, headers } = response
    if (body === null) return response
    if (response.ok && headers.get('content-type')?.startsWith('text/html') === true) {
      await body.cancel()
      throw new ProviderAnswerError('it is a web page')
    }
    const bounded = response.ok
      ? atMost(maxAnswerBytes, (stream) => stream.error(new ProviderAnswerError(`it has over ${maxAnswerBytes} bytes`)))
      : atMost(maxErrorBytes, (stream) => stream.terminate())
    return new Response(body.pipeThrough(bounded), { status, statusText, headers })
  }
}

type Controller = TransformStreamDefaultController<Uint8Array<ArrayBuffer>>

function atMost(
  maxBytes: number,
  end: (stream: Controller) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = maxBytes
  return new TransformStream({
    transform(bytes, stream) {
      left -= bytes.byteLength
      if (left < 0) end(stream)
      else stream.enqueue(bytes)
    },
  })
}
