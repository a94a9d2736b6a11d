/**
 * Binds the server to its address.
 *
 * @module
 */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ServerError } from '../errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * The port it really has.
 *
 * @throws {@link ServerError} `PORT_IN_USE`, `PORT_FORBIDDEN`, `ADDRESS_UNAVAILABLE`.
 */
export async function listen(app: FastifyInstance, { host, port }: Address): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw listenError(cause, { host, port })
  }
  const address = app.server.address() as AddressInfo | null
  return address?.port ?? port
}

function listenError(cause: unknown, address: Address): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return new ServerError('PORT_IN_USE', address, { cause })
    case 'EACCES':
      return new ServerError('PORT_FORBIDDEN', address, { cause })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ServerError('ADDRESS_UNAVAILABLE', { host: address.host, reason: code }, { cause })
    default:
      return cause
  }
}
