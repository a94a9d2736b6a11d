/**
 * A user's notes, kept in the record store. The law: an owner is part of every call, so there is no way to somebody else's.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Clock, RecordStore, StoredRecord } from 'toolcrib/agent'
import type { Principal } from 'toolcrib/protocol'
import { StarterToolError } from './errors.ts'

export interface Note {
  readonly noteId: string
  readonly title: string
  readonly text: string
  readonly savedAt: string
}

export interface Notes {
  /** The same key again saves nothing new: the call was repeated after a crash. */
  save(
    principal: Principal,
    note: { readonly title: string; readonly text: string; readonly key: string },
  ): Promise<Note>
  list(principal: Principal, query: string | undefined): Promise<readonly Note[]>
  delete(principal: Principal, noteId: string): Promise<Note>
}

export const noteLimits = {
  maxNotes: 500,
  maxTitleLength: 120,
  maxTextLength: 10_000,
} as const

const COLLECTION = 'notes'
/** Without what looks alike, in a length that is typed without a mistake. */
const ID_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const ID_LENGTH = 5

export function createNotes(records: RecordStore, clock: Clock): Notes {
  const all = (principal: Principal): Promise<readonly StoredRecord[]> =>
    records.list(ownerOf(principal), COLLECTION, { limit: noteLimits.maxNotes })

  return {
    async save(principal, { title, text, key }) {
      const owner = ownerOf(principal)
      let noteId = idFrom(key)
      for (let before = await records.get(owner, COLLECTION, noteId); before !== undefined; ) {
        if (keyOf(before) === key) return noteFrom(before)
        noteId = idFrom(`${noteId} ${key}`)
        before = await records.get(owner, COLLECTION, noteId)
      }
      const at = clock.now()
      try {
        const options = { at, maxRecords: noteLimits.maxNotes }
        await records.put(owner, COLLECTION, noteId, { title, text, key }, options)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'RECORDS_FULL')) throw error
        throw new StarterToolError('NOTES_FULL', { max: noteLimits.maxNotes }, { cause: error })
      }
      return { noteId, title, text, savedAt: new Date(at).toISOString() }
    },
    async list(principal, query) {
      const wanted = query?.toLowerCase().trim() ?? ''
      const notes = (await all(principal)).map(noteFrom)
      return notes.filter((note) => `${note.title}\n${note.text}`.toLowerCase().includes(wanted))
    },
    async delete(principal, noteId) {
      const owner = ownerOf(principal)
      const id = noteId.trim().toLowerCase()
      const record = await records.get(owner, COLLECTION, id)
      const deleted = record !== undefined && (await records.delete(owner, COLLECTION, id))
      if (!deleted) throw new StarterToolError('NOTE_UNKNOWN', { noteId })
      return noteFrom(record)
    },
  }
}

/** Only what says whose: a store has no use for roles. */
function ownerOf({ tenant, user }: Principal): { readonly tenant: string; readonly user: string } {
  return { tenant, user }
}

/** The same for the same key: a save that is repeated, even at the same time, meets the note that it has made. */
function idFrom(key: string): string {
  const bytes = createHash('sha256').update(key).digest().subarray(0, ID_LENGTH)
  return Array.from(bytes, (byte) => ID_LETTERS[byte % ID_LETTERS.length]).join('')
}

function keyOf({ value }: StoredRecord): unknown {
  return isFields(value) ? value.key : undefined
}

function noteFrom({ id, value, updatedAt }: StoredRecord): Note {
  const { title, text } = isFields(value) ? value : {}
  return {
    noteId: id,
    title: typeof title === 'string' ? title : '',
    text: typeof text === 'string' ? text : '',
    savedAt: new Date(updatedAt).toISOString(),
  }
}

function isFields(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
