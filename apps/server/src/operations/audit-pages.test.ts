import type { AuditQuery, AuditStore } from 'toolcrib/agent'
import type { NewAuditEntry } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { auditPages } from './audit-pages.ts'

const count = 50_000

/** One in ten thousand is of the tool that is looked for. */
async function writeAudit(): Promise<AuditStore> {
  const { audit } = createMemoryStore()
  const nothing = { tenant: 'acme', user: 'ann', by: null, runId: null, callId: null, outcome: null, facts: {} }
  const entries = Array.from({ length: count }, (_, index): NewAuditEntry => {
    return { ...nothing, at: index, kind: 'call_started', tool: index % 10_000 === 0 ? 'rare' : 'common' }
  })
  await audit.append(entries)
  return audit
}

/** Each read takes so long. */
function slowly(audit: AuditStore, tookMs: number) {
  const clock = createManualClock()
  const spans: number[] = []
  const list: AuditStore['list'] = async (query) => {
    const found = await audit.list(query)
    await clock.advance(tookMs)
    const { before = 0, after = 0 } = query
    if (query.limit !== 1) spans.push(before - after - 1)
    return found
  }
  return { store: { list }, clock, spans }
}

async function numbersOf(parts: Parameters<typeof auditPages>[0], query: AuditQuery): Promise<readonly number[]> {
  return (await Array.fromAsync(auditPages(parts, query))).flat().map(({ number }) => number)
}

describe('the pages of the audit', () => {
  it('have what was asked for, all of it and once, wherever the reads end [OPS-04]', async () => {
    const audit = await writeAudit()
    const asked = [
      { tool: 'rare' },
      { tool: 'rare', before: 30_002, after: 10_001 },
      { before: 25_000, after: 24_000 },
      { tool: 'none' },
      { after: count },
      { before: 1 },
      { before: 5, after: 9 },
    ]
    await audit.prune({ keepFrom: 0, maxEntries: count - 10_000, limit: 10_000 })
    const expected = await Promise.all(asked.map((query) => audit.list({ ...query, limit: count })))

    const found = await Promise.all(asked.map((query) => numbersOf({ ...slowly(audit, 50), limit: 2 }, query)))

    expect(found).toEqual(expected.map((entries) => entries.map(({ number }) => number)))
    expect(found[0]).toEqual([40_001, 30_001, 20_001, 10_001])
  })

  it('are looked for in steps, which grow only as long as they are quick [OPS-04]', async () => {
    const audit = await writeAudit()
    const [slow, quick] = [slowly(audit, 50), slowly(audit, 0)]

    await numbersOf({ ...slow, limit: 100 }, { tool: 'none' })
    await numbersOf({ ...quick, limit: 100 }, { tool: 'none' })

    expect([slow.spans, quick.spans]).toEqual([
      [20_000, 20_000, 10_000],
      [20_000, 30_000],
    ])
  })
})
