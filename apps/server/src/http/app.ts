/**
 * The HTTP side of the server. The law: every failure leaves as `{ error }` with a stable code and the status of its table.
 *
 * @module
 */
import fastifyCookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { type Failure, SUBPROTOCOL } from 'toolcrib/protocol'
import { ServerError, serverFailure } from '../errors.ts'
import { attachmentRoutes } from './attachments.ts'
import { consoleRoutes } from './console.ts'
import type { HttpContext } from './context.ts'
import { eventRoutes } from './events.ts'
import { operationsRoutes } from './operations.ts'
import { probeRoutes } from './probes.ts'
import { answerRaw } from './raw-answer.ts'
import { httpFailure } from './refusal.ts'
import { revocationRoutes } from './revocations.ts'
import { sessionRoutes } from './session.ts'
import { signInRoutes } from './sign-in.ts'
import { failureHeaders, statusOf } from './status.ts'
import { threadRoutes } from './threads.ts'
import { askForPlace, isSocketRequest } from './upgrade.ts'

const requestTimeoutMs = 30_000
const otherHeaderBytes = 16_384

export async function createHttpApp(context: HttpContext): Promise<FastifyInstance> {
  const { addresses, config, log } = context
  const { maxBodyBytes, maxTokenBytes } = config.limits
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    // A proxy's word about addresses and hosts is never taken: TOOLCRIB_PUBLIC_URL says what people use.
    trustProxy: false,
    routerOptions: { maxParamLength: 200 },
    http: { maxHeaderSize: maxTokenBytes + otherHeaderBytes, shouldUpgradeCallback: isSocketRequest },
    clientErrorHandler: (error, stream) => answerRaw(stream, brokenRequest(error.code)),
    // An address that cannot be read never comes to the hooks and the error handler.
    frameworkErrors: (error, _request, reply) => answer(error, reply),
  })
  app.removeContentTypeParser('text/plain')
  await app.register(fastifyCookie)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(addresses.secure))
    if (!addresses.isKnownHost(request.headers.host)) {
      throw new ServerError('HOST_REFUSED', { host: printable(request.headers.host ?? '') })
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    log.debug(
      { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    )
  })
  app.setErrorHandler((error, request, reply) => {
    if (answer(error, reply) !== 500) return
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed')
  })
  app.setNotFoundHandler((request, reply) => {
    const path = printable(request.url.split('?')[0] ?? '')
    return reply.code(404).send({ error: serverFailure('ROUTE_UNKNOWN', { method: request.method, path }) })
  })

  app.get('/v1/socket', async (request) => {
    await askForPlace(request, context)
    throw new ServerError('UPGRADE_REQUIRED', { expected: `a WebSocket and the subprotocol "${SUBPROTOCOL}"` })
  })
  signInRoutes(app, context)
  sessionRoutes(app, context)
  revocationRoutes(app, context)
  threadRoutes(app, context)
  eventRoutes(app, context)
  await app.register(async (scope) => attachmentRoutes(scope, context))
  probeRoutes(app, context)
  operationsRoutes(app, context)
  await consoleRoutes(app, context)
  return app

  /** Answers the status it told. */
  function answer(error: unknown, reply: FastifyReply): number {
    // A route may have a limit of its own; what never became a route has none.
    const failure = httpFailure(error, { maxBodyBytes: reply.request?.routeOptions?.bodyLimit ?? maxBodyBytes })
    context.metrics.refusals.request(failure.code)
    const status = statusOf(failure.code)
    const headers = { ...securityHeaders(addresses.secure), ...failureHeaders(failure) }
    void reply.code(status).headers(headers).send({ error: failure })
    return status
  }
}

function securityHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}

/** What never became a request. */
function brokenRequest(code: string): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return serverFailure('HEADERS_TOO_LARGE', {})
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return serverFailure('REQUEST_TIMED_OUT', {})
    default:
      return serverFailure('REQUEST_REFUSED', { reason: 'it is not HTTP as this server understands it' })
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}
