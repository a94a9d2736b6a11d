/** What is on record, by pages and as a file. The law: nobody reads of a tenant out of their sight, also not by its name. @module */
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { AuditQuery } from 'toolcrib/agent'
import type { AuditFilters, SeenAuditEntry } from 'toolcrib/operations'
import { type AuditEntry, auditKinds } from 'toolcrib/protocol'
import { z } from 'zod'
import { auditPages } from '../../operations/audit-pages.ts'
import { type Sight, sightOf } from '../../operations/sight.ts'
import { requireOperator } from '../caller.ts'
import type { HttpContext } from '../context.ts'
import { parseInput } from '../input.ts'
import { answerQuestion } from './question.ts'

const maxPage = 500
const name = z.string().min(1).max(256)
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)

const filters = {
  kinds: z
    .string()
    .max(1_000)
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.enum(auditKinds, `expected some of ${auditKinds.join(', ')}`)))
    .optional(),
  tenant: name.optional(),
  user: name.optional(),
  tool: name.optional(),
  outcome: name.optional(),
  runId: name.optional(),
  callId: name.optional(),
  from: wholeNumber.optional(),
  to: wholeNumber.optional(),
}
const filtersSchema = z.strictObject(filters)
const pageSchema = z.strictObject({
  ...filters,
  before: wholeNumber.optional(),
  after: wholeNumber.optional(),
  limit: wholeNumber.pipe(z.number().min(1).max(maxPage)).optional(),
})

export function auditRoutes(app: FastifyInstance, context: HttpContext): void {
  const { audit, auditStore, clock } = context

  answerQuestion(app, context, 'audit', {
    schema: pageSchema,
    async answer({ query: { before, after, limit = 100, ...asked }, sight }) {
      const query = within(sight, asked)
      if (query === undefined) return { entries: [], next: null }
      await audit.settled()
      const cursor = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
      // One more than is shown tells whether there are others.
      const found = await newestOf({ ...query, ...cursor }, limit + 1)
      const entries = found.slice(0, limit)
      const next = found.length > limit ? (entries.at(-1)?.number ?? null) : null
      return { entries: entries.map((entry) => seen(entry, sight)), next }
    },
  })

  app.get('/v1/operations/audit.jsonl', async (request, reply) => {
    const { identity } = await requireOperator(request, context)
    const sight = sightOf(identity.principal, context.config)
    const query = within(sight, parseInput(filtersSchema, request.query))
    const file = Readable.from(query === undefined ? [] : linesOf(query, sight))
    return reply
      .header('content-type', 'application/jsonl; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.jsonl"')
      .send(file)
  })

  async function newestOf(query: AuditQuery, limit: number): Promise<readonly AuditEntry[]> {
    const found: AuditEntry[] = []
    for await (const page of auditPages({ store: auditStore, clock, limit }, query)) {
      found.push(...page)
      if (found.length >= limit) break
    }
    return found.slice(0, limit)
  }

  /** One page at a time, and the next one when the reader has taken it. */
  async function* linesOf(query: AuditQuery, sight: Sight): AsyncGenerator<string> {
    await audit.settled()
    for await (const page of auditPages({ store: auditStore, clock, limit: maxPage }, query)) {
      yield page.map((entry) => `${JSON.stringify(seen(entry, sight))}\n`).join('')
    }
  }
}

/** Undefined: nothing of it is in sight. */
function within(sight: Sight, { tenant, from, to, ...filters }: AuditFilters): AuditQuery | undefined {
  if (tenant !== undefined && !sight.sees({ tenant })) return undefined
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
  const time = { ...(from !== undefined && { since: from }), ...(to !== undefined && { until: to }) }
  const whose = tenant ?? sight.tenant
  if (whose === null) return { ...given, ...time }
  return { ...given, ...time, tenant: whose, house: tenant === undefined && sight.house }
}

function seen({ hash, ...entry }: AuditEntry, sight: Sight): SeenAuditEntry {
  return sight.tenant === null ? { ...entry, hash } : entry
}
