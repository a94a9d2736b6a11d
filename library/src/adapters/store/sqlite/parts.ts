/**
 * The port's parts over the two database threads. The law: a value becomes text before its call returns, so nothing
 * that its caller does to it later is stored.
 *
 * @module
 */
import { StoreError } from '../../../agent/errors.ts'
import type { StoredRecord } from '../../../agent/ports.ts'
import type { LoggedEvent, ThreadEvent } from '../../../protocol/events.ts'
import type { JsonValue, Owner, Principal } from '../../../protocol/vocabulary.ts'
import { messageOf } from '../rules/accepted-message.ts'
import { plainEntry } from '../rules/audit.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'
import { type Change, changesOf, uncovered } from '../rules/derived.ts'
import { foldText } from '../rules/folded-text.ts'
import type { StoreParts } from '../rules/guarded.ts'
import type { Channel } from './channel.ts'
import type { Entry, ReadCommands, RecordRow, WriteCommands } from './commands.ts'
import type { Turns } from './turns.ts'

export interface Channels {
  readonly writer: Channel<WriteCommands>
  readonly reader: Channel<ReadCommands>
  /** Of what is too large to be written in one go with others. */
  readonly turns: Turns
}

export function createParts({ writer, reader, turns }: Channels): StoreParts {
  return {
    threads: {
      create: (owner, { threadId, title, at }) =>
        writer.call('createThread', [ownerOf(owner), { threadId, title, at }], title.length),
      get: (owner, threadId) => reader.call('getThread', [ownerOf(owner), threadId], 0),
      list(owner, { query = '', before = Number.POSITIVE_INFINITY, limit } = {}) {
        const needle = foldText(query)
        const search = { needle, before, limit: rowLimit(limit, defaultLimits.threads) }
        return reader.call('listThreads', [ownerOf(owner), search], needle.length)
      },
      async rename(owner, threadId, { title, at }) {
        const events: readonly ThreadEvent[] = [{ type: 'thread_renamed', title }]
        const thread = await writer.call(
          'renameThread',
          [ownerOf(owner), threadId, entryOf(at, events)],
          3 * title.length,
        )
        return thread && { thread, events: place(thread.lastSeq, at, events) }
      },
      delete: (owner, threadId) => writer.call('deleteThread', [ownerOf(owner), threadId], 0),
    },

    events: {
      async append(owner, threadId, { fence, at, events, batch = null, inputs = [] }) {
        const { runId, epoch } = fence
        const other = uncovered(events, fence)
        if (other !== undefined) await refuseUncovered(reader, { owner, threadId, runId: other, epoch })
        const entry = entryOf(at, events)
        const { lines, changes } = entry
        const kept = inputs.map(({ callId, input }) => ({ call_id: callId, input: JSON.stringify(input) }))
        const append = [owner.tenant, owner.user, threadId, runId, epoch, at, lines, changes, batch, kept] as const
        return place(await writer.call('appendEvents', append, weigh(entry)), at, events)
      },
      async appendLate(owner, threadId, { at, event }) {
        const entry = entryOf(at, [event])
        const seq = await writer.call('appendLate', [ownerOf(owner), threadId, event.runId, entry], weigh(entry))
        if (seq === undefined) throw new StoreError('NOT_FOUND', { what: 'thread', id: threadId })
        return seq === null ? [] : place(seq, at, [event])
      },
      async read(owner, threadId, { after = 0, before, limit: asked }) {
        const limit = rowLimit(asked, defaultLimits.events)
        const rows =
          before === undefined
            ? await reader.call('readEvents', [ownerOf(owner), threadId, { after, limit }], 0)
            : await reader.call('readEventsBefore', [ownerOf(owner), threadId, { before, limit }], 0)
        return rows?.map(({ seq, at, event }) => ({ seq, at, event: JSON.parse(event) as ThreadEvent }))
      },
    },

    runs: {
      async accept(owner, run) {
        const { parts: _, principal, ...rest } = run
        const { at } = rest
        const events: readonly ThreadEvent[] = [messageOf(run)]
        const entry = entryOf(at, events)
        const stored = { ...rest, principal: JSON.stringify(principal) }
        const accepted = await writer.call('acceptRun', [ownerOf(owner), stored, entry], weigh(entry))
        if (accepted.status !== 'started') return accepted
        return { status: 'started', run: accepted.run, events: place(accepted.firstSeq, at, events) }
      },
      get: (owner, runId) => reader.call('getRun', [ownerOf(owner), runId], 0),
      requestStop: (owner, runId) => writer.call('requestStop', [ownerOf(owner), runId], 0),
      async keptInputs(owner, runId) {
        const rows = await reader.call('keptInputs', [ownerOf(owner), runId], 0)
        return new Map(rows.map(({ call_id, input }) => [call_id, JSON.parse(input) as JsonValue]))
      },
    },

    leases: {
      heartbeat(node, claims, until) {
        const copies = claims.map(({ runId, epoch }) => ({ runId, epoch }))
        return writer.call('heartbeat', [node, copies, until], 64 * claims.length)
      },
      release(node, { runId, epoch }, { until, parked }) {
        const how = { until, approvals: parked?.approvals ?? null }
        return writer.call('release', [node, { runId, epoch }, how], 0)
      },
      takeOver: (node, { now, until, limit, latest = null }) =>
        writer.call('takeOver', [node, { now, until, limit, latest }], 0),
    },

    approvals: {
      get: (owner, approvalId) => reader.call('getApproval', [ownerOf(owner), approvalId], 0),
      listOpen: (owner, threadId) => reader.call('listOpenApprovals', [ownerOf(owner), threadId], 0),
      resolve(owner, approvalId, answer) {
        const json = JSON.stringify(answer)
        return writer.call('resolveApproval', [ownerOf(owner), approvalId, json], json.length)
      },
    },

    inbox: {
      get: (principal, approvalId) => reader.call('getFromInbox', [principalOf(principal), approvalId], 0),
      list(principal, { now, after = null, limit }) {
        const page = { now, after, limit: rowLimit(limit, defaultLimits.inbox) }
        return reader.call('listInbox', [principalOf(principal), page], 0)
      },
    },

    records: {
      async put(owner, collection, id, value, { at, maxRecords = Number.POSITIVE_INFINITY }) {
        const json = JSON.stringify(value)
        const limit = Number.isFinite(maxRecords) ? maxRecords : null
        const record = { collection, id, value: json, at, maxRecords: limit }
        await writer.call('putRecord', [ownerOf(owner), record], json.length)
      },
      async get(owner, collection, id) {
        const row = await reader.call('getRecord', [ownerOf(owner), collection, id], 0)
        return row && recordOf(row)
      },
      async list(owner, collection, options = {}) {
        const limit = rowLimit(options.limit, defaultLimits.records)
        const rows = await reader.call('listRecords', [ownerOf(owner), collection, limit], 0)
        return rows.map(recordOf)
      },
      delete: (owner, collection, id) => writer.call('deleteRecord', [ownerOf(owner), collection, id], 0),
    },

    attachments: {
      async put(owner, { attachmentId, name, mediaType, bytes, data, at }, { unusedBefore, maxTotalBytes }) {
        // A copy: what its caller does to the bytes later is not stored.
        const facts = { attachmentId, name, mediaType, bytes, data: data.slice(), at }
        const limit = Number.isFinite(maxTotalBytes) ? maxTotalBytes : null
        const attachment = { ...facts, unusedBefore, maxTotalBytes: limit }
        // Its bytes were counted while it waited for its turn.
        await turns.take(bytes, () => writer.call('putAttachment', [ownerOf(owner), attachment], 0))
      },
      async get(owner, attachmentId) {
        const row = await reader.call('getAttachment', [ownerOf(owner), attachmentId], 0)
        return (
          row && {
            attachmentId: row.attachment_id,
            name: row.name,
            mediaType: row.media_type,
            bytes: row.bytes,
          }
        )
      },
      read: (owner, attachmentId, { offset = 0, length = Number.POSITIVE_INFINITY } = {}) =>
        reader.call('readAttachment', [ownerOf(owner), attachmentId, { offset, length }], 0),
      delete: (owner, attachmentId) => writer.call('deleteAttachment', [ownerOf(owner), attachmentId], 0),
    },

    usage: {
      reserve: (owner, request) => writer.call('reserveUsage', [ownerOf(owner), request], 0),
      read: (owner, { at, budgets }) => reader.call('readUsage', [ownerOf(owner), { at, budgets }], 0),
    },

    administration: {
      runs: (query) => reader.call('listRuns', [{ ...query, limit: rowLimit(query.limit, defaultLimits.runs) }], 0),
      async run({ tenant, runId, after = 0, limit }) {
        const page = { tenant, runId, after, limit: rowLimit(limit, defaultLimits.events) }
        const found = await reader.call('readRun', [page], 0)
        if (found === undefined) return undefined
        const { rows, ...rest } = found
        return {
          ...rest,
          events: rows.map(({ seq, at, event }) => ({ seq, at, event: JSON.parse(event) as ThreadEvent })),
        }
      },
    },

    revocations: {
      async add({ tenant, user, tokenId, at, until }) {
        await writer.call('addRevocation', [{ tenant, user, tokenId, at, until }], 0)
      },
      list: ({ after, limit }) =>
        reader.call('listRevocations', [after, rowLimit(limit, defaultLimits.revocations)], 0),
    },

    audit: {
      async append(entries) {
        const plain = entries.map(plainEntry)
        await writer.call('appendAudit', [plain], JSON.stringify(plain).length)
      },
      list: ({ limit, ...query }) => reader.call('listAudit', [query, rowLimit(limit, defaultLimits.audit)], 0),
      inputHashKey: () => reader.call('inputHashKey', [], 0),
      prune({ keepFrom, maxEntries, limit }) {
        const max = Number.isFinite(maxEntries) ? maxEntries : null
        const most = rowLimit(limit, defaultLimits.prunedAudit)
        return writer.call('pruneAudit', [{ keepFrom, maxEntries: max, limit: most }], 0)
      },
    },
  }
}

/** Only these two: a principal has more, and none of it is for the database thread. */
function ownerOf({ tenant, user }: Owner): Owner {
  return { tenant, user }
}

/** What decides what they may answer. What stands for the list of roles is no reason to read a text as one. */
function principalOf({ tenant, user, roles }: Principal): Principal {
  return { tenant, user, roles: Array.isArray(roles) ? [...roles] : [], scopes: [] }
}

function entryOf(at: number, events: readonly ThreadEvent[]): Entry {
  const lines = events.map((event) => JSON.stringify(event))
  return { at, lines, changes: events.flatMap((event, line) => changesOfLine(event, lines[line] ?? '', line)) }
}

/** Few events change anything beside the log: only those are read back, as they are stored. */
function changesOfLine(event: ThreadEvent, json: string, line: number): Entry['changes'] {
  const changes = changesOf(event)
  if (changes.every(isPlain)) return changes.map((change) => ({ line, change }))
  return changesOf(JSON.parse(json) as ThreadEvent).map((change) => ({ line, change }))
}

/** Made of texts and numbers that nobody can change later. */
function isPlain({ type }: Change): boolean {
  return type === 'used' || type === 'returned' || type === 'audited' || type === 'run_began'
}

function weigh({ lines }: Entry): number {
  return lines.reduce((sum, line) => sum + line.length, 0)
}

function place(firstSeq: number, at: number, events: readonly ThreadEvent[]): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: firstSeq + index, at, event }))
}

/** What is not the owner's answers as if absent, also when the events do not fit their fence. */
async function refuseUncovered(
  reader: Channel<ReadCommands>,
  found: { readonly owner: Owner; readonly threadId: string; readonly runId: string; readonly epoch: number },
): Promise<never> {
  const thread = await reader.call('getThread', [ownerOf(found.owner), found.threadId], 0)
  if (thread === undefined) throw new StoreError('NOT_FOUND', { what: 'thread', id: found.threadId })
  throw new StoreError('FENCED', { runId: found.runId, epoch: found.epoch })
}

function recordOf(row: RecordRow): StoredRecord {
  return { id: row.id, value: JSON.parse(row.value) as JsonValue, createdAt: row.created_at, updatedAt: row.updated_at }
}
