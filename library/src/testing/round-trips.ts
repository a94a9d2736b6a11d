/**
 * The guard of end-to-end tests. The law: a test that says it went over the network and made no round trip fails as "did
 * not run", however green its assertions are.
 *
 * @module
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** What Node tells of every outgoing TCP connection, those of `fetch` and `WebSocket` included. */
const channel = 'net.client.socket'

export interface RoundTrips extends Disposable {
  /** Connections of this process on which bytes went both ways since the count began. */
  readonly count: number
  /** @throws Error `DID_NOT_RUN` when there was none. */
  assertRan(what: string): void
}

export function countRoundTrips(): RoundTrips {
  const sockets = new Set<Socket>()
  const onSocket = (message: unknown): void => {
    sockets.add((message as { socket: Socket }).socket)
  }
  subscribe(channel, onSocket)
  const count = (): number => [...sockets].filter((socket) => socket.bytesWritten > 0 && socket.bytesRead > 0).length

  return {
    get count() {
      return count()
    },
    assertRan(what) {
      if (count() > 0) return
      throw Object.assign(
        new Error(
          `${what} did not run: it ended without a network round trip (${sockets.size} connections were tried)`,
        ),
        { code: 'DID_NOT_RUN' },
      )
    },
    [Symbol.dispose]: () => void unsubscribe(channel, onSocket),
  }
}

/** Wraps the body of an end-to-end test: `it('…', endToEnd(async () => { … }))`. */
export function endToEnd(body: () => Promise<void>): () => Promise<void> {
  return async () => {
    using roundTrips = countRoundTrips()
    await body()
    roundTrips.assertRan('The end-to-end test')
  }
}
