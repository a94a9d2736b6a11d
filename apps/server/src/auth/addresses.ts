/**
 * Which host names and origins are this server's own. The law: on this machine only its own names count, so that a page
 * that lets its name point here reads nothing; and a cookie counts only for pages of allowed origins.
 *
 * @module
 */
import { isLoopbackHost } from '../config/schema.ts'

export interface AddressRules {
  /** Whether a request with this Host header is answered. */
  isKnownHost(host: string | undefined): boolean
  /** Whether pages of this origin may use the session cookie. */
  isAllowedOrigin(origin: string): boolean
  /** Whether people reach the server by https, so that cookies must not travel otherwise. */
  readonly secure: boolean
}

export interface AddressOptions {
  /** What the server is bound to. */
  readonly host: string
  /** The port it really has; asked for at each request, because 0 means any free one. */
  readonly port: () => number
  readonly publicUrl: string | null
  readonly allowedOrigins: readonly string[]
}

export function createAddressRules({ host, port, publicUrl, allowedOrigins }: AddressOptions): AddressRules {
  const local = isLoopbackHost(host)
  const names = local ? ['127.0.0.1', 'localhost', '[::1]', bracketed(host)] : [bracketed(host)]
  const publicHost = publicUrl === null ? undefined : new URL(publicUrl).host
  const others = new Set(publicUrl === null ? allowedOrigins : [...allowedOrigins, publicUrl])

  return {
    isKnownHost(value) {
      if (!local) return true
      const asked = value?.toLowerCase()
      return asked !== undefined && (asked === publicHost || names.some((name) => isAt(asked, name, port())))
    },
    isAllowedOrigin(origin) {
      return others.has(origin) || names.some((name) => origin === new URL(`http://${name}:${port()}`).origin)
    },
    secure: publicUrl?.startsWith('https:') === true,
  }
}

/** The port may be left out only where it is http's own. */
function isAt(asked: string, name: string, port: number): boolean {
  return asked === `${name}:${port}` || (port === 80 && asked === name)
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
