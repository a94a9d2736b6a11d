/** Rules of the store contract: threads. @module */
import {
  completed,
  message,
  newOwner,
  newRunAtWork,
  newThread,
  readAll,
  readEvents,
  refusal,
  requested,
  START,
  type Suite,
} from './fixtures.ts'

export function threadRules({ describe, it, expect, store: shared }: Suite): void {
  describe('threads', () => {
    it('answers a thread as it was created', async () => {
      const store = await shared()
      const owner = newOwner()

      const made = await store.threads.create(owner, { threadId: 'thr_1', title: 'Zoë’s “plan”\u0000 %_', at: START })

      expect(made).toEqual({
        threadId: 'thr_1',
        title: 'Zoë’s “plan”\u0000 %_',
        createdAt: START,
        updatedAt: START,
        lastSeq: 0,
        activeRunId: null,
      })
      expect(await store.threads.get(owner, 'thr_1')).toEqual(made)
    })

    it('creates a thread once, however often it is asked to', async () => {
      const store = await shared()
      const owner = newOwner()
      await store.threads.create(owner, { threadId: 'thr_1', title: 'First', at: START })

      const again = await store.threads.create(owner, { threadId: 'thr_1', title: 'Second', at: START + 1 })

      expect(again.title).toBe('First')
      expect(await store.threads.list(owner)).toEqual([again])
    })

    it('lists the newest change first, a page at a time', async () => {
      const store = await shared()
      const owner = newOwner()
      const oldest = await newThread(store, owner, { at: START })
      const middle = await newThread(store, owner, { at: START + 1 })
      const newest = await newThread(store, owner, { at: START + 2 })
      await store.threads.rename(owner, oldest, { title: 'Changed last', at: START + 3 })

      const first = await store.threads.list(owner, { limit: 2 })
      const second = await store.threads.list(owner, { limit: 2, before: START + 2 })

      expect(first.map((thread) => thread.threadId)).toEqual([oldest, newest])
      expect(second.map((thread) => thread.threadId)).toEqual([middle])
    })

    it('renames a thread and says so in its log', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)

      const renamed = await store.threads.rename(owner, threadId, { title: 'New', at: START + 5 })

      const events = [{ seq: 1, at: START + 5, event: { type: 'thread_renamed', title: 'New' } }]
      const thread = { threadId, title: 'New', createdAt: START, updatedAt: START + 5, lastSeq: 1, activeRunId: null }
      expect(renamed).toEqual({ thread, events })
      expect(await store.threads.get(owner, threadId)).toEqual(thread)
      expect(await readAll(store, owner, threadId)).toEqual(events)
    })

    it('renames a thread while a run is at work, between the events of the run', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)

      await store.threads.rename(owner, threadId, { title: 'New', at: START })
      await store.events.append(owner, threadId, { fence, at: START, events: [message(runId, 'a')] })

      const types = (await readEvents(store, owner, threadId)).map((event) => event.type)
      expect(types).toEqual(['message_added', 'thread_renamed', 'agent_message'])
    })

    it.each([
      ['a title, ignoring case', 'gROCERIES'],
      ['a title with a letter that lower case keeps apart', 'STRASSE'],
      ['what a person wrote', 'wie WIRD das'],
      ['an answer', 'ΟΔΌΣ'],
      ['a percent sign', '50%'],
      ['an underscore', 'snake_case'],
      ['a quotation mark', '"quoted"'],
    ])('finds a thread by %s', async (_what, query) => {
      const store = await shared()
      const owner = newOwner()
      const text = 'Wie wird das Wetter? 50% rain for "quoted" snake_case'
      const { threadId, runId, fence } = await newRunAtWork(store, owner, { parts: [{ type: 'text', text }] })
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId, 'Η οδός είναι')] })
      await store.threads.rename(owner, threadId, { title: 'Groceries in der Straße', at: START })
      await newThread(store, owner, { title: '500 snakeXcase' })

      const found = await store.threads.list(owner, { query })

      expect(found.map((thread) => thread.threadId)).toEqual([threadId])
    })

    it('does not find a thread by an old title, a delta or a tool’s input', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events = [message(runId, 'needle'), requested(runId, { input: 'needle' })]
      await store.events.append(owner, threadId, { fence, at: START, events })
      await store.threads.rename(owner, threadId, { title: 'needle', at: START })
      await store.threads.rename(owner, threadId, { title: 'hay', at: START })

      expect(await store.threads.list(owner, { query: 'needle' })).toEqual([])
    })

    it('deletes a thread with its events, runs, approvals and outputs', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested(runId)
      const output = { ...toolCompleted(runId), truncated: { bytes: 9, handle: 'out_1' } }
      await store.records.put(owner, 'outputs', 'out_1', 'whole', { at: START })
      await store.records.put(owner, 'notes', 'note_1', 'stays', { at: START })
      const events = [request, output, completed(runId)]
      await store.events.append(owner, threadId, { fence, at: START, events })

      expect(await store.threads.delete(owner, threadId)).toBe(true)

      expect(await store.threads.get(owner, threadId)).toBeUndefined()
      expect(await store.events.read(owner, threadId, { after: 0 })).toBeUndefined()
      expect(await store.runs.get(owner, runId)).toBeUndefined()
      expect(await store.approvals.get(owner, request.approvalId)).toBeUndefined()
      expect(await store.records.get(owner, 'outputs', 'out_1')).toBeUndefined()
      expect(await store.records.get(owner, 'notes', 'note_1')).toMatchObject({ value: 'stays' })
      expect(await store.threads.delete(owner, threadId)).toBe(false)
    })

    it('gives a thread that is made again under a deleted id nothing of the old one', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId, 'old answer')] })
      await store.threads.delete(owner, threadId)

      await store.threads.create(owner, { threadId, title: 'Again', at: START })

      expect(await readAll(store, owner, threadId)).toEqual([])
      expect(await store.threads.list(owner, { query: 'old answer' })).toEqual([])
    })

    it('refuses to delete a thread that a run is at work on', async () => {
      const store = await shared()
      const { owner, threadId } = await newRunAtWork(store)

      expect(await refusal(store.threads.delete(owner, threadId))).toBe('THREAD_BUSY')

      expect(await readAll(store, owner, threadId)).toHaveLength(1)
    })
  })
}

function toolCompleted(runId: string) {
  return {
    type: 'tool_completed',
    runId,
    step: 1,
    callId: 'call_1',
    tool: 'read_file',
    outcome: 'ok',
    output: 'who…',
    durationMs: 1,
  } as const
}
