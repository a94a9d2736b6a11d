/**
 * Attachments over HTTP: put as the body, read back by their owner. The law: nobody's bytes are read before it is known
 * who sends them, and what is given out is shown as what it is and can run nothing.
 *
 * @module
 */
import { finished, Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenAttachment } from 'toolcrib/agent'

import { ServerError } from '../errors.ts'
import { type Caller, requireCaller } from './caller.ts'
import type { HttpContext } from './context.ts'

/** Percent-encoded UTF-8, as `encodeURIComponent` writes it: a header holds nothing else, and an address is logged. */
export const nameHeader = 'x-attachment-name'

interface WithId {
  readonly Params: { readonly id: string }
}

/** Of a request whose body may be read. The place is the request's until its body is in hand, then the handler's. */
interface Admitted {
  readonly caller: Caller
  readonly name: string
  readonly place: DisposableStack
}

/** `app`: a scope of its own, because of what it does with bodies. */
export function attachmentRoutes(app: FastifyInstance, context: HttpContext): void {
  const { config, gateway, supervisor, uploads } = context
  const { maxImageBytes, maxTextFileBytes } = config.limits
  const bodyLimit = Math.max(maxImageBytes, maxTextFileBytes)
  const admitted = new WeakMap<FastifyRequest, Admitted>()

  // Here every body is bytes, whatever it is called.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post('/v1/attachments', { bodyLimit, onRequest: admit }, upload)

  // The framework's own answer to HEAD would read all that it does not send.
  app.get<WithId>('/v1/attachments/:id', { exposeHeadRoute: false }, give)
  app.head<WithId>('/v1/attachments/:id', give)

  app.delete<WithId>('/v1/attachments/:id', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    using _place = gateway.admit(identity)
    await supervisor.deleteAttachment(identity.principal, request.params.id)
    return reply.code(204).send()
  })

  async function give(request: FastifyRequest<WithId>, reply: FastifyReply): Promise<FastifyReply> {
    const { identity } = await requireCaller(request, context)
    using place = new DisposableStack()
    place.use(gateway.admit(identity))
    const attachment = await supervisor.openAttachment(identity.principal, request.params.id)
    // Who reads slowly keeps the place until everything was read.
    disposeWhenOver(reply, place.move())
    reply.headers(headersOf(attachment))
    return reply.send(request.method === 'HEAD' ? undefined : Readable.from(attachment.pieces()))
  }

  /** Before the first byte of the body is taken in. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await requireCaller(request, context)
    const name = nameOf(request)
    using place = new DisposableStack()
    place.use(gateway.admit(caller.identity))
    place.use(uploads.begin(caller.identity.principal, bytesOf(request, bodyLimit)))
    const held = place.move()
    admitted.set(request, { caller, name, place: held })
    disposeWhenOver(reply, held)
  }

  async function upload(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const known = admitted.get(request)
    if (known === undefined) throw new Error('a body was read that nobody had admitted')
    // Nobody waits for the answer.
    if (known.place.disposed) return reply
    // The bytes are in memory until they are stored, whether or not their sender waits for it.
    using _place = known.place.move()
    const data = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    const attached = await supervisor.attach(known.caller.identity.principal, { name: known.name, data })
    return reply.code(201).send(attached)
  }
}

/** When it was answered, or nobody is there to be answered any more. That may be so already. */
function disposeWhenOver(reply: FastifyReply, place: DisposableStack): void {
  finished(reply.raw, () => place.dispose())
}

function nameOf(request: FastifyRequest): string {
  const given = request.headers[nameHeader]
  try {
    if (typeof given === 'string' && given !== '') return decodeURIComponent(given)
  } catch {
    // Told below.
  }
  const message = 'expected the name of the file, percent-encoded as UTF-8'
  throw new ServerError('REQUEST_INVALID', { issues: [{ path: `/headers/${nameHeader}`, message }] })
}

/** What is not announced may be as large as is allowed. */
function bytesOf(request: FastifyRequest, bodyLimit: number): number {
  const announced = Number(request.headers['content-length'])
  return Number.isSafeInteger(announced) && announced >= 0 ? Math.min(announced, bodyLimit) : bodyLimit
}

/** A text is a text, also when it is markup; an image is drawn, and neither can load or run anything. */
function headersOf({ name, mediaType, bytes }: OpenAttachment): Readonly<Record<string, string | number>> {
  return {
    'content-type': mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType,
    'content-length': bytes,
    'content-disposition': `inline; filename="${asciiOf(name)}"; filename*=UTF-8''${encoded(name)}`,
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox; frame-ancestors 'none'",
  }
}

/** For who does not know `filename*`: RFC 6266, appendix D. */
function asciiOf(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
}

/** RFC 8187, 3.2.1: what `encodeURIComponent` leaves as it is and an attribute may not hold. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
