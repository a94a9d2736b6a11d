import { createMemoryStore } from 'toolcrib/store/memory'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { ann, bob, createBench } from './carry-out.ts'
import { createDeleteNote } from './delete-note.ts'
import { createListNotes } from './list-notes.ts'
import { createNotes, noteLimits } from './notes.ts'
import { createSaveNote } from './save-note.ts'

describe('the notes', () => {
  it('are saved, listed newest first, and deleted for good', async () => {
    const { save, list, remove, clock } = tools()
    const milk = await saved(save.call({ text: 'Buy milk' }))
    await clock.advance(1_000)
    const meeting = await saved(save.call({ title: 'Meeting', text: 'Thursday at 10' }))

    const both = await list.call({})
    const deleted = await remove.call({ noteId: milk.noteId.toUpperCase() })
    const rest = await list.call({})

    expect(both).toEqual({
      notes: [
        { noteId: meeting.noteId, title: 'Meeting', text: 'Thursday at 10', savedAt: '2026-01-01T00:00:01.000Z' },
        { noteId: milk.noteId, title: 'Buy milk', text: 'Buy milk', savedAt: '2026-01-01T00:00:00.000Z' },
      ],
      total: 2,
    })
    expect(deleted).toEqual({ deleted: true, noteId: milk.noteId, title: 'Buy milk' })
    expect(rest).toMatchObject({ notes: [{ title: 'Meeting' }], total: 1 })
  })

  it('have ids that are short enough to type', async () => {
    const { noteId } = await saved(tools().save.call({ text: 'Buy milk' }))

    expect(noteId).toMatch(/^[a-z2-9]{5}$/)
  })

  it('of two users are apart: neither sees nor deletes those of the other', async () => {
    const { save, list, remove } = tools()
    const hers = await saved(save.call({ text: 'the secret of ann' }, { principal: ann }))
    await save.call({ text: 'a note of bob' }, { principal: bob })

    const his = JSON.stringify(await list.call({}, { principal: bob }))

    expect(his).not.toContain('secret')
    await expect(remove.call({ noteId: hers.noteId }, { principal: bob })).rejects.toMatchObject({
      code: 'NOTE_UNKNOWN',
      retry: 'never',
    })
    expect(await list.call({}, { principal: ann })).toMatchObject({ total: 1 })
  })

  it('of one user in two tenants are apart', async () => {
    const { save, list } = tools()
    await save.call({ text: 'at work' }, { principal: ann })

    expect(await list.call({}, { principal: { ...ann, tenant: 'home' } })).toEqual({ notes: [], total: 0 })
  })

  it('are saved once when the call is repeated after a crash', async () => {
    const { save, list } = tools()

    const first = await saved(save.call({ text: 'Buy milk' }, { idempotencyKey: 'the same' }))
    const again = await saved(save.call({ text: 'Buy milk' }, { idempotencyKey: 'the same' }))

    expect(again.noteId).toBe(first.noteId)
    expect(await list.call({})).toMatchObject({ total: 1 })
  })

  it('are saved once when the call is made twice at the same time', async () => {
    const { save, list } = tools()
    const call = { text: 'Buy milk' }

    const [first, second] = await Promise.all([
      saved(save.call(call, { idempotencyKey: 'the same' })),
      saved(save.call(call, { idempotencyKey: 'the same' })),
    ])

    expect(second?.noteId).toBe(first?.noteId)
    expect(await list.call({})).toMatchObject({ total: 1 })
  })

  it('lose none to another, however many there are', async () => {
    const { save, list } = tools()

    await Promise.all(Array.from({ length: 400 }, (_, number) => save.call({ text: `note ${number}` })))

    expect(await list.call({})).toMatchObject({ total: 400 })
  })

  it('are cut between characters, not within one', async () => {
    const { save, list } = tools()
    await save.call({ text: `${'x'.repeat(58)}${'😀'.repeat(300)}` })

    const { notes } = (await list.call({})) as { readonly notes: readonly { title: string; text: string }[] }

    expect(notes.map(({ title, text }) => [title.isWellFormed(), text.isWellFormed()])).toEqual([[true, true]])
  })

  it('are found by a part of their text, and shortened in a list', async () => {
    const { save, list } = tools()
    await save.call({ text: `Groceries: ${'milk '.repeat(200)}` })
    await save.call({ text: 'Call the dentist' })

    const found = (await list.call({ query: 'GROCERIES' })) as { readonly notes: readonly { readonly text: string }[] }

    expect(found.notes).toHaveLength(1)
    expect(found.notes[0]?.text).toMatch(/… \(\d+ more characters\)$/)
  })

  it('are limited in number', async () => {
    const store = createMemoryStore()
    const clock = createManualClock()
    await Promise.all(
      Array.from({ length: noteLimits.maxNotes }, (_, number) =>
        store.records.put(ann, 'notes', `n${number}`, { title: 't', text: 't', key: `k${number}` }, { at: 0 }),
      ),
    )
    const save = createBench(createSaveNote(createNotes(store.records, clock)))

    await expect(save.call({ text: 'one more' })).rejects.toMatchObject({ code: 'NOTES_FULL', details: { max: 500 } })
  })

  it('are limited in length, and never empty', async () => {
    const { save } = tools()

    await expect(save.call({ text: 'x'.repeat(10_001) })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(save.call({ text: ' ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(save.call({ text: 'x', title: 'y'.repeat(121) })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('are deleted by a tool that waits for approval', () => {
    const { save, list, remove } = tools()

    expect([save, list, remove].map((bench) => bench.tool.effect)).toEqual(['write', 'read', 'destructive'])
  })
})

function tools() {
  const clock = createManualClock()
  const notes = createNotes(createMemoryStore().records, clock)
  return {
    clock,
    save: createBench(createSaveNote(notes)),
    list: createBench(createListNotes(notes)),
    remove: createBench(createDeleteNote(notes)),
  }
}

async function saved(note: Promise<unknown>): Promise<{ readonly noteId: string }> {
  return (await note) as { readonly noteId: string }
}
