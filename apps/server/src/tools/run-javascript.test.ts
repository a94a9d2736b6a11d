import { createSystemClock } from 'toolcrib/agent'
import { afterAll, describe, expect, it } from 'vitest'
import { bob, createBench } from './carry-out.ts'
import { createRunJavaScript } from './run-javascript.ts'

const bench = createBench(createRunJavaScript(createSystemClock()))
afterAll(() => bench[Symbol.asyncDispose]())

describe('run_javascript', () => {
  it('returns the last value as JSON and what was printed', async () => {
    const ran = await bench.call({ code: 'console.log("sorting", { n: 3 }, 1n); [3, 1, 2].toSorted()' })

    expect(ran).toEqual({ result: [1, 2, 3], console: ['sorting {"n":3} "1"'] })
  })

  it('prints a text as it is, with what is in it', async () => {
    const code = String.raw`console.log('a\u0000b', 'quote "', String.prototype.toJSON = 1)`

    expect(await bench.call({ code })).toMatchObject({ console: ['a\0b quote " 1'] })
  })

  it('awaits promises, also outside of functions', async () => {
    expect(await resultOf('const x = await Promise.resolve(7); x * 2')).toBe(14)
    expect(await resultOf('(async () => { await 0; return { a: 1 } })()')).toEqual({ a: 1 })
  })

  it('tells what JSON has no word for as text', async () => {
    expect(await resultOf('undefined')).toBeNull()
    expect(await resultOf('[10n ** 20n, NaN, new Map([["a", 1]]), new Set([1]), Math.max]')).toEqual([
      '100000000000000000000',
      'NaN',
      { a: 1 },
      [1],
      '[function max]',
    ])
  })

  it('reaches nothing outside of the language', async () => {
    expect(await resultOf('[typeof process, typeof require, typeof fetch, typeof setTimeout, typeof Worker]')).toEqual([
      'undefined',
      'undefined',
      'undefined',
      'undefined',
      'undefined',
    ])
    await expect(resultOf('await import("node:fs")')).rejects.toMatchObject({ code: 'CODE_FAILED' })
  })

  it('keeps nothing from one program to the next', async () => {
    await bench.call({ code: 'globalThis.secret = "ann"; Array.prototype.leak = 1; JSON.stringify = () => "7x"; 1' })

    expect(await resultOf('[typeof secret, typeof [].leak, { a: 1 }]')).toEqual(['undefined', 'undefined', { a: 1 }])
  })

  it('says what a program failed at, and where', async () => {
    await expect(resultOf('let a = 1\nthrow new TypeError("no good")')).rejects.toThrow(
      'The program failed: TypeError: no good (line 2)',
    )
    await expect(resultOf('let x = ;')).rejects.toThrow('SyntaxError')
    await expect(resultOf('Promise.reject(new Error("late"))')).rejects.toThrow('late')
    await expect(resultOf('const a = {}; a.a = a; a')).rejects.toThrow('circular reference')
    await expect(resultOf('new Promise(() => {})')).rejects.toThrow('never settles')
    await expect(resultOf('function f() { f() } f()')).rejects.toThrow('stack overflow')
  })

  it('says what a program failed at also when the engine breaks over it, and goes on with the next', async () => {
    await expect(resultOf('let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a')).rejects.toMatchObject({
      code: 'CODE_FAILED',
      details: { reason: 'it nests too deeply' },
    })
    await expect(resultOf('const f = () => Promise.resolve().then(f); f()')).rejects.toMatchObject({
      code: 'TIME_LIMIT',
    })

    expect(await resultOf('1 + 1')).toBe(2)
  })

  it('ends a program that does not end', async () => {
    await expect(resultOf('while (true) {}')).rejects.toMatchObject({
      code: 'TIME_LIMIT',
      details: { timeLimitMs: 2_000 },
    })
    await expect(resultOf('Promise.resolve().then(() => { for (;;); })')).rejects.toMatchObject({ code: 'TIME_LIMIT' })
    await expect(resultOf('/(a+)+$/.test("a".repeat(40) + "b")')).rejects.toMatchObject({ code: 'TIME_LIMIT' })
  })

  it('ends a program that wants too much memory', async () => {
    await expect(resultOf('"a".repeat(2 ** 29)')).rejects.toMatchObject({ code: 'MEMORY_LIMIT' })
  })

  it('bounds its result, its console and its source', async () => {
    const printed = (await bench.call({
      code: 'for (let i = 0; i < 150; i++) console.log("line " + i); console.log("x".repeat(1e6))',
    })) as { readonly console: string[]; readonly consoleDropped: number }

    expect(printed.console).toHaveLength(100)
    expect(printed.consoleDropped).toBe(51)
    await expect(resultOf('"x".repeat(50001)')).rejects.toMatchObject({ code: 'RESULT_TOO_LARGE' })
    await expect(resultOf(' '.repeat(20_001))).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('is stopped by its call at once', async () => {
    const stop = new AbortController()
    const running = bench.call({ code: 'while (true) {}' }, { signal: stop.signal })

    stop.abort()

    await expect(running).rejects.toMatchObject({ code: 'CALL_STOPPED' })
  })

  it('does not make the program of somebody else wait', async () => {
    const stop = new AbortController()
    const endless = bench.call({ code: 'while (true) {}' }, { signal: stop.signal })

    const other = await bench.call({ code: '1 + 1' }, { principal: bob })
    stop.abort()

    expect(other).toEqual({ result: 2, console: [] })
    await expect(endless).rejects.toMatchObject({ code: 'CALL_STOPPED' })
  })
})

async function resultOf(code: string): Promise<unknown> {
  const { result } = (await bench.call({ code })) as { readonly result: unknown }
  return result
}
