/** Rules of the store contract: the log. @module */
import type { ThreadEvent } from '../../protocol/events.ts'
import {
  completed,
  message,
  nested,
  newOwner,
  newRunAtWork,
  newThread,
  readAll,
  refusal,
  START,
  type Suite,
} from './fixtures.ts'

export function eventRules({ describe, it, expect, store: shared }: Suite): void {
  describe('events', () => {
    it('numbers events without gaps and reads what it answered [RUN-05]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)

      const first = await store.events.append(owner, threadId, {
        fence,
        at: START + 1,
        events: [message(runId, 'a'), message(runId, 'b')],
      })
      const second = await store.events.append(owner, threadId, { fence, at: START + 2, events: [message(runId, 'c')] })

      expect([...first, ...second]).toEqual([
        { seq: 2, at: START + 1, event: message(runId, 'a') },
        { seq: 3, at: START + 1, event: message(runId, 'b') },
        { seq: 4, at: START + 2, event: message(runId, 'c') },
      ])
      expect((await readAll(store, owner, threadId)).slice(1)).toEqual([...first, ...second])
      expect(await store.threads.get(owner, threadId)).toMatchObject({ lastSeq: 4, updatedAt: START + 2 })
    })

    it('reads a range: after a number, at most so many, 500 unless told', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events = Array.from({ length: 600 }, (_, index) => message(runId, `${index}`))
      await store.events.append(owner, threadId, { fence, at: START, events })

      const middle = await store.events.read(owner, threadId, { after: 10, limit: 2 })
      const unlimited = await store.events.read(owner, threadId, { after: 0 })
      const beyond = await store.events.read(owner, threadId, { after: 601 })

      expect(middle?.map(({ seq }) => seq)).toEqual([11, 12])
      expect(unlimited?.map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
      expect(beyond).toEqual([])
    })

    it('reads backwards: the last so many before a number, in order, 500 unless told', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events = Array.from({ length: 600 }, (_, index) => message(runId, `${index}`))
      await store.events.append(owner, threadId, { fence, at: START, events })
      const read = async (range: { readonly before: number; readonly limit?: number }) =>
        (await store.events.read(owner, threadId, range))?.map(({ seq }) => seq)

      expect(await read({ before: 10, limit: 2 })).toEqual([8, 9])
      expect(await read({ before: 3, limit: 5 })).toEqual([1, 2])
      expect(await read({ before: 602 })).toEqual(Array.from({ length: 500 }, (_, index) => index + 102))
      expect(await read({ before: 1_000, limit: 1 })).toEqual([601])
      expect(await read({ before: 1 })).toEqual([])
      expect(await read({ before: 5, limit: 0 })).toEqual([])
      expect(await store.events.read(newOwner(), threadId, { before: 10 })).toBeUndefined()
    })

    it('keeps every value as it was: any text, deep values, large ones', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events: ThreadEvent[] = [
        message(runId, 'nul \u0000, lone \ud800, escape \ufdd0d800, emoji 🧰, "quotes", \\ and \u2028'),
        { type: 'tool_progress', runId, step: 1, callId: 'c', progress: { a: [1, 1.5e300, -0.1, null, { b: [] }] } },
        message(runId, 'x'.repeat(1_000_000)),
      ]

      await store.events.append(owner, threadId, { fence, at: START, events })

      expect((await readAll(store, owner, threadId)).slice(1).map(({ event }) => event)).toEqual(events)
    })

    it('keeps what was appended, whatever becomes of the caller’s objects', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const changing = { type: 'agent_message' as const, runId, step: 1, delta: 'before' }
      const pending = store.events.append(owner, threadId, { fence, at: START, events: [changing] })

      changing.delta = 'after'
      await pending

      expect((await readAll(store, owner, threadId)).at(-1)?.event).toEqual(message(runId, 'before'))
    })

    it('appends nothing when given nothing, and still checks the fence', async () => {
      const store = await shared()
      const { owner, threadId, fence } = await newRunAtWork(store)
      const before = await store.threads.get(owner, threadId)

      const none = await store.events.append(owner, threadId, { fence, at: START + 9, events: [] })
      const fenced = store.events.append(owner, threadId, { fence: { ...fence, epoch: 2 }, at: START, events: [] })

      expect(none).toEqual([])
      expect(await refusal(fenced)).toBe('FENCED')
      expect(await store.threads.get(owner, threadId)).toEqual(before)
    })

    it('refuses whoever does not hold the run: a wrong epoch, an unknown run, a run of another thread', async () => {
      const store = await shared()
      const owner = newOwner()
      const { threadId, runId, fence } = await newRunAtWork(store, owner)
      const other = await newRunAtWork(store, owner)
      const append = (thread: string, held: typeof fence) =>
        refusal(store.events.append(owner, thread, { fence: held, at: START, events: [message(held.runId, 'x')] }))

      expect(await append(threadId, { runId, epoch: 2 })).toBe('FENCED')
      expect(await append(threadId, { runId, epoch: 0 })).toBe('FENCED')
      expect(await append(threadId, { runId: 'run_unknown', epoch: 1 })).toBe('FENCED')
      expect(await append(threadId, other.fence)).toBe('FENCED')
      expect(await append('thr_unknown', fence)).toBe('NOT_FOUND')
      expect(await readAll(store, owner, threadId)).toHaveLength(1)
    })

    it('refuses events that speak for another run, or follow the end of their own', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const append = (events: readonly ThreadEvent[]) =>
        refusal(store.events.append(owner, threadId, { fence, at: START, events }))

      expect(await append([message(runId, 'x'), message('run_other', 'x')])).toBe('FENCED')
      expect(await append([completed(runId), message(runId, 'x')])).toBe('FENCED')
      expect(await readAll(store, owner, threadId)).toHaveLength(1)
    })

    it('ends the run with agent_completed and frees the thread, once [RUN-03]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const end = { ...completed(runId), outcome: 'stopped' as const }

      await store.events.append(owner, threadId, { fence, at: START + 1, events: [message(runId, 'a'), end] })

      expect(await store.runs.get(owner, runId)).toMatchObject({ outcome: 'stopped' })
      expect(await store.threads.get(owner, threadId)).toMatchObject({ activeRunId: null, lastSeq: 3 })
      expect(await refusal(store.events.append(owner, threadId, { fence, at: START, events: [end] }))).toBe('FENCED')
    })

    it('does not end the run with the end of an agent that it called [RUN-12]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const inner = nested(runId, 'call_1', completed(runId, 'the answer of a sub-agent'))

      await store.events.append(owner, threadId, { fence, at: START, events: [inner] })

      expect(await store.runs.get(owner, runId)).toMatchObject({ outcome: null })
      expect(await store.threads.get(owner, threadId)).toMatchObject({ activeRunId: runId })
      expect(await store.threads.list(owner, { query: 'sub-agent' })).toEqual([])
    })

    it('answers an empty log for a thread without events', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)

      expect(await store.events.read(owner, threadId, { after: 0 })).toEqual([])
    })
  })
}
