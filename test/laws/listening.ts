/**
 * Waiting for what a socket says. The law: an event is told apart by its type, as it came.
 *
 * @module
 */
import {
  type EventFrame,
  type ServerFrame,
  SUBPROTOCOL,
  type ThreadEvent,
  type ThreadEventType,
} from 'toolcrib/protocol'
import { createRawSocket, type RawSocket } from 'toolcrib/testing'
import { WebSocket } from 'ws'
import { bearer, socketUrl } from '../../apps/server/src/server.fixture.ts'

/** A socket of a whole server that has received its hello. */
export async function openSocket(url: string, token: string): Promise<RawSocket> {
  const socket = createRawSocket(new WebSocket(socketUrl(url), [SUBPROTOCOL], { headers: bearer(token) }))
  await socket.next(({ type }) => type === 'hello')
  return socket
}

/** The first of this type, past or coming. */
export async function nextEvent<T extends ThreadEventType>(
  socket: RawSocket,
  type: T,
): Promise<Extract<ThreadEvent, { readonly type: T }>> {
  const isIt = (frame: ServerFrame): frame is EventFrame => frame.type === 'event' && frame.event.type === type
  return (await socket.next(isIt)).event as Extract<ThreadEvent, { readonly type: T }>
}
