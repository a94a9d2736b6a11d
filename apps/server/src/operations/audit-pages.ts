/**
 * The audit, newest first, however long it is. The law: no read of it keeps the readers of chats waiting, also when next to
 * nothing in it is what was asked for.
 *
 * @module
 */
import type { AuditQuery, AuditStore, Clock } from 'toolcrib/agent'
import type { AuditEntry } from 'toolcrib/protocol'

export interface AuditPagesOptions {
  readonly store: Pick<AuditStore, 'list'>
  readonly clock: Clock
  /** Of one page, at most. */
  readonly limit: number
}

/** How many numbers the first read goes over; the others as many as are read in good time. */
const firstSpan = 20_000
const quickMs = 5
const slowMs = 20

/** None of them is empty. What is added while it is read is not in them. */
export async function* auditPages(
  { store, clock, limit }: AuditPagesOptions,
  query: AuditQuery,
): AsyncGenerator<readonly AuditEntry[]> {
  const [newest] = await store.list({ limit: 1 })
  const { after: lowest = 0, before: highest = Number.POSITIVE_INFINITY } = query
  let before = Math.min(highest, (newest?.number ?? 0) + 1)
  let span = firstSpan
  while (before > lowest + 1) {
    const after = Math.max(lowest, before - 1 - span)
    const since = clock.monotonic()
    const page = await store.list({ ...query, after, before, limit })
    const tookMs = clock.monotonic() - since
    if (page.length > 0) yield page
    const last = page.length < limit ? undefined : page.at(-1)
    before = last?.number ?? after + 1
    if (tookMs < quickMs) span *= 2
    else if (tookMs > slowMs) span = Math.max(firstSpan, Math.floor(span / 2))
  }
}
