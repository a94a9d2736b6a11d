import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Call, Tool } from '../tool/tool.ts'
import type { Store } from './ports.ts'

const anything = { type: 'object' } as const

function readingTool(
  name: string,
  execute: (input: unknown, call: Call<undefined>) => unknown,
  more: object = {},
): Tool {
  return defineTool({ name, description: 'For a test', input: anything, effect: 'read', execute, ...more } as never)
}

const echo = readingTool('echo', (input) => input)
const thenKey = String('then')
const throwing = (): never => {
  throw new Error('boom')
}

describe('a step of calls', () => {
  it('prepares in the order of the model, executes together and answers in the order of the model [CALL-01]', async () => {
    const order: string[] = []
    const slow = Promise.withResolvers<string>()
    const tools = [
      readingTool('slow', async () => {
        order.push('slow starts')
        return slow.promise
      }),
      readingTool('fast', () => {
        order.push('fast starts')
        slow.resolve('at last')
        return 'at once'
      }),
    ]
    await using bench = createAgentBench({
      tools,
      script: [{ calls: [{ tool: 'slow' }, { tool: 'fast' }] }, { text: 'done' }],
    })

    const { events, calls } = await bench.run()

    const types = events.map(({ event }) => event.type)
    expect(order).toEqual(['slow starts', 'fast starts'])
    expect(types.lastIndexOf('tool_executing')).toBeLessThan(types.indexOf('tool_completed'))
    expect(calls.map(({ tool }) => tool)).toEqual(['fast', 'slow'])
    expect(bench.model.requests[1]?.messages.at(-1)).toMatchObject({
      role: 'tool',
      results: [
        { tool: 'slow', output: 'at last' },
        { tool: 'fast', output: 'at once' },
      ],
    })
    expect(checkContract(events)).toEqual([])
  })

  it('has committed tool_executing before the tool starts, and tool_completed before the model sees the result [CALL-01]', async () => {
    const seen: (readonly string[])[] = []
    const memory = createMemoryStore()
    const durable: string[] = []
    const slow: Store = {
      ...memory,
      events: {
        ...memory.events,
        async append(owner, threadId, entry) {
          await new Promise((resolve) => void setImmediate(resolve))
          durable.push(...entry.events.map(({ type }) => type))
          return memory.events.append(owner, threadId, entry)
        },
      },
    }
    const tools = [readingTool('peek', () => seen.push([...durable]) && null)]
    await using bench = createAgentBench({
      store: slow,
      tools,
      script: (_, step) => (step === 1 ? { calls: [{ tool: 'peek' }] } : { text: String(seen.push([...durable])) }),
    })

    await bench.run()

    expect(seen.map((types) => types.at(-1))).toEqual(['tool_executing', 'tool_completed'])
  })

  it('lets no more calls be at work at once than the run and the tool allow', async () => {
    const atWork = { all: 0, single: 0, most: 0, mostSingle: 0 }
    const gate = Promise.withResolvers<void>()
    const count = (single: 0 | 1) => async () => {
      atWork.most = Math.max(atWork.most, ++atWork.all)
      atWork.single += single
      atWork.mostSingle = Math.max(atWork.mostSingle, atWork.single)
      await gate.promise
      atWork.all--
      atWork.single -= single
      return null
    }
    const tools = [readingTool('many', count(0)), readingTool('single', count(1), { maxConcurrent: 1 })]
    const names = ['many', 'many', 'many', 'single', 'single']
    await using bench = createAgentBench({
      tools,
      limits: { maxConcurrentCalls: 3 },
      script: [{ calls: names.map((tool) => ({ tool })) }, { text: 'done' }],
    })
    const asked = await bench.ask()
    await bench.until('tool_executing')

    gate.resolve()
    const { calls } = await bench.finish(asked)

    expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(atWork).toEqual({ all: 0, single: 0, most: 3, mostSingle: 1 })
  })

  it('gives a call an idempotency key of its run and its own id', async () => {
    const keys: string[] = []
    const tools = [
      readingTool('key', (_, call) => {
        keys.push(call.idempotencyKey)
        return null
      }),
    ]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'key' }] }, { text: 'done' }] })

    const { runId, calls } = await bench.run()

    expect(keys).toEqual([`${runId}:${calls[0]?.callId}`])
  })

  it('keeps apart calls that the provider gave the same id', async () => {
    const call = { tool: 'echo', providerCallId: 'call_0' }
    await using bench = createAgentBench({
      tools: [echo],
      script: [
        {
          calls: [
            { ...call, input: { n: 1 } },
            { ...call, input: { n: 2 } },
          ],
        },
        { text: 'done' },
      ],
    })

    const { calls } = await bench.run()

    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(2)
    expect(bench.model.requests[1]?.messages.at(-1)).toMatchObject({
      results: [
        { providerCallId: 'call_0', output: { n: 1 } },
        { providerCallId: 'call_0', output: { n: 2 } },
      ],
    })
  })
})

describe('the input of a call', () => {
  const greet = defineTool({
    name: 'greet',
    description: 'Greets',
    input: {
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    },
    effect: 'read',
    execute: () => 'never',
  })

  it('that does not fit its schema ends as invalid with its paths, is told to the model, and the run goes on [CALL-02]', async () => {
    await using bench = createAgentBench({
      tools: [greet],
      script: [{ calls: [{ tool: 'greet', input: { name: 7 } }] }, { text: 'sorry' }],
    })

    const { events, calls, end } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'invalid', error: { code: 'INPUT_INVALID', paths: [{ path: '/name' }] } }])
    expect(events.map(({ event }) => event.type)).not.toContain('tool_executing')
    expect(bench.model.requests[1]?.messages.at(-1)).toMatchObject({ results: [{ outcome: 'invalid' }] })
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('that is no JSON ends as invalid, and is kept as the model wrote it [CALL-02]', async () => {
    await using bench = createAgentBench({
      tools: [greet],
      script: [{ calls: [{ tool: 'greet', input: '{"name": "Oslo', invalidJson: true }] }, { text: 'sorry' }],
    })

    const { events, calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'invalid', error: { code: 'INPUT_NOT_JSON' } }])
    expect(events.find(({ event }) => event.type === 'step_completed')?.event).toMatchObject({
      calls: [{ input: '{"name": "Oslo' }],
    })
  })

  it('is handed to the tool as a copy: what the tool does to it changes nothing in the log', async () => {
    const tools = [readingTool('spoil', (input) => Object.assign(input as object, { spoiled: true }) && null)]
    await using bench = createAgentBench({
      tools,
      script: [{ calls: [{ tool: 'spoil', input: { a: 1 } }] }, { text: 'x' }],
    })

    await bench.run()

    expect(bench.model.requests[1]?.messages.at(-2)).toMatchObject({ calls: [{ input: { a: 1 } }] })
    expect(JSON.stringify(bench.model.requests)).not.toContain('spoiled')
  })

  it('reaches the tool whole, and log and model redacted', async () => {
    const got: unknown[] = []
    const tools = [
      readingTool('login', (input) => {
        got.push(input)
        return { token: 'tok-9' }
      }),
    ]
    await using bench = createAgentBench({
      tools,
      script: [
        {
          calls: [
            { tool: 'login', input: { password: 'hunter2' } },
            { tool: 'nope', input: { password: 'hunter3' } },
          ],
        },
        { text: 'x' },
      ],
    })

    const { events } = await bench.run()

    expect(got).toEqual([{ password: 'hunter2' }])
    expect(JSON.stringify([events, bench.model.requests, bench.logged])).not.toMatch(/hunter|tok-9/)
    expect(JSON.stringify(events)).toContain('[redacted]')
  })
})

describe('the name of a call', () => {
  const policy = definePolicy({ allow: [{ tools: ['echo'] }, { roles: ['admin'], tools: ['*'] }] })
  const wipe = readingTool('wipe_disk', () => 'wiped')

  it('that is unknown ends as refused with the nearest names, and the run goes on [CALL-03]', async () => {
    await using bench = createAgentBench({ tools: [echo], script: [{ calls: [{ tool: 'ehco' }] }, { text: 'sorry' }] })

    const { calls, end } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'TOOL_UNKNOWN' }, durationMs: 0 }])
    expect(calls[0]?.error?.message).toContain('"echo"')
    expect(end.outcome).toBe('completed')
  })

  it('that is hidden is answered exactly like one that is absent [CALL-03] [CALL-06]', async () => {
    const script = [{ calls: [{ tool: 'wipe_disk' }, { tool: 'wipe_dosk' }] }, { text: 'sorry' }]
    await using hiding = createAgentBench({ tools: [echo, wipe], policy, script })
    await using without = createAgentBench({ tools: [echo], policy, script })

    const hidden = await hiding.run()
    const absent = await without.run()

    expect(hidden.calls.map(({ error }) => error)).toEqual(absent.calls.map(({ error }) => error))
    expect(hidden.calls[0]?.error?.message).not.toContain('wipe_dosk')
    expect(hiding.model.requests[0]?.tools).toEqual(['echo'])
  })

  it('is looked up among what the agent chose, however much its user may [CALL-06]', async () => {
    const admin: Principal = { ...ann, roles: ['admin'] }
    await using bench = createAgentBench({
      tools: [echo, wipe],
      policy,
      script: [{ calls: [{ tool: 'wipe_disk' }] }, { text: 'x' }],
    })

    const asAdmin = await bench.run('wipe', admin)

    expect(asAdmin.calls).toMatchObject([{ outcome: 'ok' }])
    expect(bench.supervisor.tools(ann).tools.map(({ name }) => name)).toEqual(['echo'])
    expect(bench.supervisor.tools(admin).tools.map(({ name }) => name)).toEqual(['echo', 'wipe_disk'])
  })
})

describe('what a tool does', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const untouchable = new Proxy(new Error(), { getPrototypeOf: throwing, get: throwing, has: throwing })
  const unreadable = Object.defineProperty(new Error('boom'), 'stack', { get: throwing })
  const bad: readonly (readonly [name: string, execute: () => unknown, code: string])[] = [
    [
      'throws',
      () => {
        throw new Error('boom')
      },
      'TOOL_FAILED',
    ],
    ['rejects', () => Promise.reject(new Error('boom')), 'TOOL_FAILED'],
    [
      'throws_nothing',
      () => {
        throw undefined
      },
      'TOOL_FAILED',
    ],
    ['throws_a_proxy', () => Promise.reject(untouchable), 'TOOL_FAILED'],
    ['throws_the_unreadable', () => Promise.reject(unreadable), 'TOOL_FAILED'],
    ['shares_parts', () => Array.from({ length: 40 }).reduce<unknown>((inner) => [inner, inner], 1), 'OUTPUT_NOT_JSON'],
    ['returns_nothing', () => undefined, 'OUTPUT_NOT_JSON'],
    ['circular', () => circular, 'OUTPUT_NOT_JSON'],
    ['bigint', () => ({ n: 1n }), 'OUTPUT_NOT_JSON'],
    ['function', () => ({ f() {} }), 'OUTPUT_NOT_JSON'],
    ['not_a_number', () => [Number.NaN], 'OUTPUT_NOT_JSON'],
    ['map', () => new Map([['a', 1]]), 'OUTPUT_NOT_JSON'],
    ['proxy', () => new Proxy({}, {}), 'OUTPUT_NOT_JSON'],
    [
      'getter',
      () => ({
        get bad() {
          throw new Error('boom')
        },
      }),
      'OUTPUT_NOT_JSON',
    ],
    [
      'generator',
      function* () {
        yield 1
      } as () => unknown,
      'OUTPUT_NOT_JSON',
    ],
    ['then_throws', () => Object.defineProperty({}, thenKey, { get: throwing }), 'TOOL_FAILED'],
    ['deep', () => Array.from({ length: 5_000 }).reduce<unknown>((inner) => [inner], 1), 'OUTPUT_NOT_JSON'],
  ]

  it('wrong ends as failed with its honest code, never in success [CALL-04]', async () => {
    const tools = bad.map(([name, execute]) => readingTool(name, execute))
    await using bench = createAgentBench({
      tools,
      script: [{ calls: bad.map(([tool]) => ({ tool })) }, { text: 'oh' }],
    })

    const { events, calls, end } = await bench.run()

    const codes = new Map(calls.map(({ tool, outcome, error }) => [tool, `${outcome} ${error?.code}`]))
    expect(bad.map(([name]) => [name, codes.get(name)])).toEqual(bad.map(([name, , code]) => [name, `failed ${code}`]))
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('says where its output is no JSON, and leaves out properties that are undefined as JSON does', async () => {
    const tools = [
      readingTool('bad', () => ({ rows: [{ 'a/b': Number.POSITIVE_INFINITY }] })),
      readingTool('good', () => ({ a: 1, b: undefined, at: new Date(0) })),
    ]
    await using bench = createAgentBench({
      tools,
      script: [{ calls: [{ tool: 'bad' }, { tool: 'good' }] }, { text: 'x' }],
    })

    const { calls } = await bench.run()

    expect(calls.find(({ tool }) => tool === 'bad')?.error?.message).toContain('Infinity at /rows/0/a~1b')
    expect(calls.find(({ tool }) => tool === 'good')?.output).toEqual({ a: 1, at: '1970-01-01T00:00:00.000Z' })
  })

  it('with an output that its schema does not take ends as failed with the paths [CALL-04]', async () => {
    const output = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    const tools = [readingTool('typed', () => ({ n: 'one' }), { output })]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'typed' }] }, { text: 'x' }] })

    const { calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'OUTPUT_INVALID', paths: [{ path: '/n' }] } }])
  })

  it('with an output that is too large has it kept whole under a handle and shown cut [CALL-04]', async () => {
    const whole = { text: 'é'.repeat(500) }
    const tools = [readingTool('large', () => whole)]
    await using bench = createAgentBench({
      tools,
      limits: { maxOutputBytes: 100 },
      script: [{ calls: [{ tool: 'large' }] }, { text: 'x' }],
    })

    const { calls } = await bench.run()

    const { outcome, output, truncated } = calls[0] ?? {}
    const kept = await bench.store.records.get(ann, 'outputs', truncated?.handle ?? '')
    expect({ outcome, bytes: truncated?.bytes }).toEqual({ outcome: 'ok', bytes: 1011 })
    expect(kept?.value).toEqual(whole)
    expect(output).toMatch(/^\{"text":"é{45}\n\[cut: the whole output has 1011 bytes and is kept as out_/)
    expect(await bench.store.records.get(bob, 'outputs', truncated?.handle ?? '')).toBeUndefined()
  })

  it('with its instance: a failing open ends as failed, and the tool does not run [CALL-04]', async () => {
    const tools = [readingTool('closed', () => 'ran', { open: () => Promise.reject(new Error('no database')) })]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'closed' }] }, { text: 'x' }] })

    const { calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'TOOL_OPEN_FAILED' } }])
    expect(calls[0]?.error?.message).toContain('no database')
  })

  it('with an instance of its run is opened once for the run and disposed with it', async () => {
    const story: string[] = []
    const open = () => {
      story.push('open')
      return {
        [Symbol.dispose]: () => {
          story.push('dispose')
        },
      }
    }
    const tools = [
      readingTool(
        'held',
        () => {
          story.push('use')
          return null
        },
        { open, lifetime: 'run' },
      ),
    ]
    const step = { calls: [{ tool: 'held' }, { tool: 'held' }] }
    await using bench = createAgentBench({ tools, script: [step, step, { text: 'x' }] })

    await bench.run()
    await bench.supervisor.drain(0)

    expect(story).toEqual(['open', 'use', 'use', 'use', 'use', 'dispose'])
  })

  it('as an async iterable shows its yields as progress and returns its result', async () => {
    const tools = [
      readingTool('count', async function* () {
        yield { done: 1 }
        yield { done: 2 }
        return 'all'
      }),
    ]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'count' }] }, { text: 'x' }] })

    const { events, calls } = await bench.run()

    const progress = events.flatMap(({ event }) => (event.type === 'tool_progress' ? [event.progress] : []))
    expect(progress).toEqual([{ done: 1 }, { done: 2 }])
    expect(calls).toMatchObject([{ outcome: 'ok', output: 'all' }])
    expect(checkContract(events)).toEqual([])
  })

  it('reported as progress is coalesced, bounded, redacted, and ignored after the end', async () => {
    const kept: Call<undefined>[] = []
    const tools = [
      readingTool('busy', (_, call) => {
        kept.push(call)
        for (let n = 1; n <= 50; n++) call.progress({ n, secret: 'hush' })
        call.progress('x'.repeat(10_000))
        return null
      }),
    ]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'busy' }] }, { text: 'x' }] })

    const { threadId } = await bench.run()
    kept[0]?.progress('too late')
    await bench.clock.advance(1_000)

    const progress = (await bench.events(threadId)).flatMap(({ event }) =>
      event.type === 'tool_progress' ? [event.progress] : [],
    )
    expect(progress).toHaveLength(2)
    expect(progress[0]).toEqual({ n: 1, secret: '[redacted]' })
    expect(JSON.stringify(progress[1]).length).toBeLessThan(4_200)
  })

  it('reported after its call has ended is ignored while the run goes on, and its scope is closed by then', async () => {
    const kept: Call<undefined>[] = []
    const open: unknown[] = []
    const tools = [readingTool('quick', (_, call) => kept.push(call))]
    await using bench = createAgentBench({
      tools,
      script: (_, step) => {
        kept[0]?.progress('too late')
        open.push(bench.registry.metrics().scopes.byKind.call?.open)
        return step === 1 ? { calls: [{ tool: 'quick' }] } : { text: 'x' }
      },
    })

    const { events } = await bench.run()

    expect(events.map(({ event }) => event.type)).not.toContain('tool_progress')
    expect(open).toEqual([undefined, 0])
    expect(kept[0]?.signal.aborted).toBe(false)
  })

  it('reported as progress that is no JSON fails the call where the mistake was made', async () => {
    const tools = [readingTool('wrong', (_, call) => call.progress(1n as never))]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'wrong' }] }, { text: 'x' }] })

    const { calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'TOOL_FAILED' } }])
    expect(calls[0]?.error?.message).toContain('a BigInt')
  })

  it('for two users at the same time stays with each: principal, instance, progress and result [CALL-09]', async () => {
    const both = Promise.withResolvers<void>()
    let inside = 0
    const tools = [
      readingTool(
        'whoami',
        async (_, call) => {
          if (++inside === 2) both.resolve()
          call.progress(`for ${call.principal.user}`)
          await both.promise
          return { user: call.principal.user, instance: (call as unknown as Call<{ of: string }>).instance.of }
        },
        { lifetime: 'user', open: ({ principal }: { principal?: Principal }) => ({ of: principal?.user }) },
      ),
    ]
    await using bench = createAgentBench({
      tools,
      script: (request) => (request.messages.length > 1 ? { text: 'done' } : { calls: [{ tool: 'whoami' }] }),
    })

    const [hers, his] = await Promise.all([bench.run('I', ann), bench.run('I', bob)])

    expect(hers?.calls[0]?.output).toEqual({ user: 'ann', instance: 'ann' })
    expect(his?.calls[0]?.output).toEqual({ user: 'bob', instance: 'bob' })
    expect(JSON.stringify(hers?.events)).not.toContain('bob')
    expect(JSON.stringify(his?.events)).not.toContain('ann')
  })

  it('cannot change whom it works for', async () => {
    const tools = [
      readingTool('forge', (_, call) => {
        ;(call.principal as { user: string }).user = 'root'
        return call.principal.user
      }),
    ]
    await using bench = createAgentBench({ tools, script: [{ calls: [{ tool: 'forge' }] }, { text: 'x' }] })

    const { calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'TOOL_FAILED' } }])
  })
})

describe('a call that takes too long', () => {
  const hanging = (more: object, execute: (input: unknown, call: Call<undefined>) => unknown) =>
    readingTool('hang', execute, { timeoutMs: 1_000, ...more })
  const script = [{ calls: [{ tool: 'hang' }] }, { text: 'over' }]

  it('is told to stop at its time-out, and ends as timed_out when it settles within the grace [CALL-05]', async () => {
    const tools = [
      hanging(
        {},
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
          }),
      ),
    ]
    await using bench = createAgentBench({ tools, script })
    const asked = await bench.ask()
    await bench.until('tool_executing')

    await bench.clock.advance(999)
    expect((await bench.events(asked.threadId)).at(-1)?.event.type).toBe('tool_executing')
    await bench.clock.advance(1)

    const { calls, end } = await bench.finish(asked)
    expect(calls).toMatchObject([{ outcome: 'timed_out', error: { code: 'TOOL_TIMED_OUT' }, durationMs: 1_000 }])
    expect(end.outcome).toBe('completed')
  })

  it('is abandoned after the grace, and what it does later is recorded and never delivered [CALL-05]', async () => {
    const late = Promise.withResolvers<string>()
    const answer = Promise.withResolvers<void>()
    const tools = [hanging({}, () => late.promise)]
    await using bench = createAgentBench({
      tools,
      limits: { stopGraceMs: 500 },
      script: (_, step) => (step === 1 ? { calls: [{ tool: 'hang' }] } : { gate: answer.promise, text: 'over' }),
    })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_500)
    await bench.until('tool_completed')

    await bench.clock.advance(250)
    late.resolve('the canary')
    await bench.until('tool_late')
    answer.resolve()

    const { calls, events } = await bench.finish(asked)
    expect(calls).toMatchObject([{ outcome: 'abandoned', error: { code: 'CALL_ABANDONED' } }])
    expect(events.find(({ event }) => event.type === 'tool_late')?.event).toMatchObject({
      settled: 'resolved',
      afterMs: 250,
    })
    expect(JSON.stringify([events, bench.model.requests, bench.logged])).not.toContain('canary')
    expect(checkContract(events)).toEqual([])
  })

  it('is counted, logged and recorded when it settles after its run has ended [CALL-05]', async () => {
    const late = Promise.withResolvers<string>()
    await using bench = createAgentBench({
      tools: [hanging({}, () => late.promise)],
      script,
      limits: { stopGraceMs: 0 },
    })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_000)
    const { events } = await bench.finish(asked)

    late.reject(new Error('late'))
    await bench.clock.advance(0)

    expect(bench.late).toMatchObject([{ tool: 'hang', settled: 'rejected', recorded: true }])
    const log = await bench.events(asked.threadId)
    expect(log.slice(events.length).map(({ event }) => event)).toMatchObject([
      { type: 'tool_late', settled: 'rejected' },
    ])
    expect(checkContract(log)).toEqual([])
  })

  it('that is stopped after its time-out has one grace, not two, and stays timed out [CALL-05]', async () => {
    const tools = [hanging({}, () => new Promise(() => {}))]
    await using bench = createAgentBench({ tools, script, limits: { stopGraceMs: 500 } })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_300)
    await bench.supervisor.stop(ann, asked.runId)

    await bench.clock.advance(200)
    const { calls, end } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'abandoned', durationMs: 1_500 }])
    expect(calls[0]?.error?.message).toContain('timed out')
    expect(end.outcome).toBe('stopped')
  })

  it('stops an async iterable, which is closed and read no further [CALL-05]', async () => {
    let closed = false
    const tools = [
      hanging({}, async function* (_, { signal }) {
        try {
          for (let n = 0; ; n++) {
            yield n
            if (n === 3) await new Promise((resolve) => signal.addEventListener('abort', resolve))
          }
        } finally {
          closed = true
        }
      }),
    ]
    await using bench = createAgentBench({ tools, script })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_000)

    const { calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'timed_out' }])
    expect(closed).toBe(true)
  })

  it('leaves timers their turn when an async iterable never pauses [CALL-05]', async () => {
    const tools = [
      hanging({}, async function* () {
        for (let n = 0; ; n++) yield n
      }),
    ]
    await using bench = createAgentBench({ tools, script })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_000)

    const { calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'timed_out' }])
  })

  it('has no more time than its run has left', async () => {
    const deadlines: number[] = []
    const tools = [
      readingTool(
        'when',
        (_, call) => {
          deadlines.push(call.deadline)
          return null
        },
        { timeoutMs: 60_000 },
      ),
    ]
    await using bench = createAgentBench({
      tools,
      limits: { maxRunMs: 10_000 },
      script: [{ calls: [{ tool: 'when' }] }, { text: 'x' }],
    })
    const startedAt = bench.clock.now()

    await bench.run()

    expect(deadlines).toEqual([startedAt + 10_000])
  })
})
