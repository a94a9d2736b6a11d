/** Threads and their logs in memory. The law: a log only grows at its end, by whoever holds the fence. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { EventStore, ThreadStore } from '../../../agent/ports.ts'
import type { LoggedEvent, ThreadEvent } from '../../../protocol/events.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'
import { uncovered } from '../rules/derived.ts'
import { foldText } from '../rules/folded-text.ts'
import { forgetUnused } from './attachments.ts'
import { appendEvents, type MemoryState, type MemoryThread, type OwnerState } from './state.ts'

export function createMemoryThreads(state: MemoryState): ThreadStore {
  return {
    async create(owner, { threadId, title, at }) {
      const { threads } = state.of(owner)
      const known = threads.get(threadId)
      if (known !== undefined) return known.thread
      const thread = { threadId, title, createdAt: at, updatedAt: at, lastSeq: 0, activeRunId: null }
      threads.set(threadId, {
        thread,
        log: [],
        texts: [],
        outputs: new Set(),
        attachments: new Set(),
        foldedTitle: foldText(title),
      })
      return thread
    },
    async get(owner, threadId) {
      return state.of(owner).threads.get(threadId)?.thread
    },
    async list(owner, options = {}) {
      const { before = Number.POSITIVE_INFINITY, query = '' } = options
      const needle = foldText(query)
      return [...state.of(owner).threads.values()]
        .reverse()
        .filter((held) => held.thread.updatedAt < before && mentions(held, needle))
        .map((held) => held.thread)
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, rowLimit(options.limit, defaultLimits.threads))
    },
    async rename(owner, threadId, { title, at }) {
      const mine = state.of(owner)
      const held = mine.threads.get(threadId)
      if (held === undefined) return undefined
      const events = appendEvents(mine, held, { at, runId: null, events: [{ type: 'thread_renamed', title }] })
      return { thread: held.thread, events }
    },
    async delete(owner, threadId) {
      const mine = state.of(owner)
      const held = mine.threads.get(threadId)
      if (held === undefined) return false
      const runId = held.thread.activeRunId
      if (runId !== null) throw new StoreError('THREAD_BUSY', { threadId, runId })
      forget(mine, held)
      return true
    },
  }
}

export function createMemoryEvents(state: MemoryState): EventStore {
  return {
    async append(owner, threadId, { fence, at, events, batch, inputs = [] }) {
      const mine = state.of(owner)
      const held = mine.threads.get(threadId)
      if (held === undefined) throw new StoreError('NOT_FOUND', { what: 'thread', id: threadId })
      const pen = batch === undefined ? undefined : `${fence.runId} ${fence.epoch} ${batch}`
      if (pen !== undefined && held.pen?.batch === pen) return placeAt(held.pen.seq, at, events)
      const run = mine.runs.get(fence.runId)
      const record = run?.record
      const holds = record?.threadId === threadId && record.outcome === null && record.epoch === fence.epoch
      if (run === undefined || !holds) throw new StoreError('FENCED', { runId: fence.runId, epoch: fence.epoch })
      const other = uncovered(events, fence)
      if (other !== undefined) throw new StoreError('FENCED', { runId: other, epoch: fence.epoch })
      for (const { callId, input } of inputs) run.inputs.set(callId, JSON.stringify(input))
      if (pen === undefined) delete held.pen
      else held.pen = { batch: pen, seq: held.thread.lastSeq + 1 }
      return appendEvents(mine, held, { at, runId: fence.runId, events })
    },
    async appendLate(owner, threadId, { at, event }) {
      const mine = state.of(owner)
      const held = mine.threads.get(threadId)
      if (held === undefined) throw new StoreError('NOT_FOUND', { what: 'thread', id: threadId })
      const run = mine.runs.get(event.runId)
      if (run?.record.threadId !== threadId) return []
      const events = appendEvents(mine, held, { at, runId: null, events: [event] })
      if (run.endedAt !== null) run.lastSeq = held.thread.lastSeq
      return events
    },
    async read(owner, threadId, { after = 0, before, limit }) {
      const held = state.of(owner).threads.get(threadId)
      if (held === undefined) return undefined
      const count = rowLimit(limit, defaultLimits.events)
      const end = before === undefined ? held.log.length : Math.min(Math.max(0, before - 1), held.log.length)
      const start = before === undefined ? Math.max(0, after) : Math.max(0, end - count)
      return held.log
        .slice(start, Math.min(end, start + count))
        .map(({ at, json }, index) => ({ seq: start + 1 + index, at, event: JSON.parse(json) as ThreadEvent }))
    },
  }
}

function placeAt(firstSeq: number, at: number, events: readonly ThreadEvent[]): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: firstSeq + index, at, event }))
}

function mentions(held: MemoryThread, needle: string): boolean {
  return held.foldedTitle.includes(needle) || held.texts.some((text) => text.includes(needle))
}

function forget(mine: OwnerState, held: MemoryThread): void {
  const { threadId } = held.thread
  for (const [runId, run] of mine.runs) if (run.record.threadId === threadId) mine.runs.delete(runId)
  for (const [id, approval] of mine.approvals) if (approval.threadId === threadId) mine.approvals.delete(id)
  for (const records of mine.collections.values()) for (const handle of held.outputs) records.delete(handle)
  mine.threads.delete(threadId)
  forgetUnused(mine, held.attachments)
}
