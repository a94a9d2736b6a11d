/** Rules of the store contract: records. @module */
import { newOwner, refusal, START, type Suite } from './fixtures.ts'

export function recordRules({ describe, it, expect, store: shared }: Suite): void {
  describe('records', () => {
    it.each([['a text'], [''], [0], [null], [false], [['a', { b: [1, 2.5] }]], [{ 'k"\u0000': '\ud800 \ufdd0' }]])(
      'keeps %j as it is',
      async (value) => {
        const store = await shared()
        const owner = newOwner()

        await store.records.put(owner, 'notes', 'one', value, { at: START })

        const record = { id: 'one', value, createdAt: START, updatedAt: START }
        expect(await store.records.get(owner, 'notes', 'one')).toEqual(record)
      },
    )

    it('replaces a value and remembers when it was first put', async () => {
      const store = await shared()
      const owner = newOwner()
      await store.records.put(owner, 'notes', 'one', 'old', { at: START })

      await store.records.put(owner, 'notes', 'one', 'new', { at: START + 5 })

      const record = { id: 'one', value: 'new', createdAt: START, updatedAt: START + 5 }
      expect(await store.records.list(owner, 'notes')).toEqual([record])
    })

    it('lists the newest first, at most so many, of one collection', async () => {
      const store = await shared()
      const owner = newOwner()
      await store.records.put(owner, 'notes', 'b', 1, { at: START + 1 })
      await store.records.put(owner, 'notes', 'a', 2, { at: START + 2 })
      await store.records.put(owner, 'notes', 'c', 3, { at: START + 2 })
      await store.records.put(owner, 'other', 'd', 4, { at: START + 3 })

      const all = await store.records.list(owner, 'notes')
      const some = await store.records.list(owner, 'notes', { limit: 1 })

      expect(all.map(({ id }) => id)).toEqual(['c', 'a', 'b'])
      expect(some.map(({ id }) => id)).toEqual(['c'])
    })

    it('refuses a new record in a full collection, not a new value of an old one [CALL-07]', async () => {
      const store = await shared()
      const owner = newOwner()
      const put = (id: string, value: number) =>
        store.records.put(owner, 'notes', id, value, { at: START, maxRecords: 2 })
      await put('a', 1)
      await put('b', 2)

      const third = refusal(put('c', 3))
      const replaced = refusal(put('a', 4))

      expect(await third).toBe('RECORDS_FULL')
      expect(await replaced).toEqual({ resolved: undefined })
      expect((await store.records.list(owner, 'notes')).map(({ id, value }) => [id, value])).toEqual([
        ['b', 2],
        ['a', 4],
      ])
    })

    it('never lets a collection outgrow its limit, however many put at once [CALL-07]', async () => {
      const store = await shared()
      const owner = newOwner()

      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          refusal(store.records.put(owner, 'notes', `${index}`, index, { at: START, maxRecords: 5 })),
        ),
      )

      expect(results.filter((result) => result === 'RECORDS_FULL')).toHaveLength(15)
      expect(await store.records.list(owner, 'notes')).toHaveLength(5)
    })

    it('deletes a record once', async () => {
      const store = await shared()
      const owner = newOwner()
      await store.records.put(owner, 'notes', 'one', 1, { at: START })

      expect(await store.records.delete(owner, 'notes', 'one')).toBe(true)
      expect(await store.records.delete(owner, 'notes', 'one')).toBe(false)
      expect(await store.records.get(owner, 'notes', 'one')).toBeUndefined()
    })

    it('keeps words of the language as names like any other', async () => {
      const store = await shared()
      const owner = newOwner()

      expect(await store.records.get(owner, '__proto__', 'constructor')).toBeUndefined()
      await store.records.put(owner, '__proto__', 'constructor', 'safe', { at: START })

      expect(await store.records.get(owner, '__proto__', 'constructor')).toMatchObject({ value: 'safe' })
    })
  })
}
