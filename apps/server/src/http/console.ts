/**
 * The files of the console. The law: its page may load and talk to this server only.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { HttpContext } from './context.ts'

export const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export async function consoleRoutes(app: FastifyInstance, { consoleFolder }: HttpContext): Promise<void> {
  if (existsSync(join(consoleFolder, 'index.html'))) {
    await app.register(fastifyStatic, {
      root: consoleFolder,
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // What the build names by its content never changes; the page that names them must be asked for each time.
        const immutable = path.startsWith(join(consoleFolder, 'assets') + sep)
        reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
        reply.header('content-security-policy', pagePolicy)
      },
    })
    return
  }
  app.get('/', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(notBuiltPage),
  )
}

const notBuiltPage = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Toolcrib</title></head>
  <body>
    <h1>Toolcrib is running</h1>
    <p>The console has not been built. Build it and reload this page:</p>
    <pre>npm run build:console</pre>
    <p>Or talk to it from a terminal:</p>
    <pre>npm run chat</pre>
    <p>The HTTP routes and the socket are described in <code>docs/protocol.md</code>.</p>
  </body>
</html>
`
