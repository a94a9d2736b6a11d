/**
 * Rules of the store contract that no list of examples can show: generated interleavings against a model small enough
 * to be seen to be right.
 *
 * @module
 */
import type FastCheck from 'fast-check'
import type { Fence, Store } from '../../agent/ports.ts'
import type { Owner } from '../../protocol/vocabulary.ts'
import { completed, message, newOwner, newRun, readAll, refusal, requested, START, type Suite } from './fixtures.ts'

interface Step {
  readonly act: 'create' | 'accept' | 'append' | 'complete' | 'ask' | 'answer' | 'takeOver' | 'delete' | 'rename'
  readonly owner: number
  readonly thread: number
  /** Which of the runs, approvals or keys so far. */
  readonly pick: number
  readonly node: number
  /** Whether the writer acts on an epoch that may be stale. */
  readonly stale: boolean
}

interface ModelRun {
  readonly runId: string
  readonly thread: string
  readonly key: string
  epoch: number
  ended: boolean
}

interface ModelThread {
  readonly log: string[]
  readonly runs: ModelRun[]
  readonly approvals: { readonly id: string; readonly run: ModelRun; open: boolean }[]
}

export function propertyRules({ describe, it, expect, makeStore, fc }: Suite): void {
  describe('under generated interleavings', () => {
    it('agrees with the model: gap-free, nothing lost, fenced, one run a thread, owners apart [RUN-06]', async () => {
      await using store = await makeStore()

      await fc.assert(
        fc.asyncProperty(fc.array(stepsOf(fc), { minLength: 5, maxLength: 40 }), async (steps) => {
          const world = createWorld(store)
          for (const step of steps) {
            const { found, expected } = await world.take(step)
            expect(found).toEqual(expected)
          }
          for (const place of world.places()) expect(await place.found()).toEqual(place.expected())
        }),
        { numRuns: 30 },
      )
    })

    it('numbers what many writers append at once without gaps, and lets no fenced writer in after a takeover [RUN-07]', async () => {
      await using store = await makeStore()

      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }),
          fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }),
          async (early, late) => {
            const owner = newOwner()
            await store.threads.create(owner, { threadId: 'thr', title: '', at: START })
            const run = newRun(owner, 'thr', { leaseMs: 0 })
            await store.runs.accept(owner, run)
            const append = (epoch: number, sizes: readonly number[]) =>
              sizes.map((size, index) => appendNamed(store, owner, { runId: run.runId, epoch }, { size, index }))

            const before = append(1, early)
            const takeover = store.leases.takeOver('node_b', { now: START, until: START, limit: 1_000 })
            const racing = append(1, late)
            await takeover
            const after = append(2, late)
            const results = await Promise.all([...before, ...racing, ...after])

            const log = await readAll(store, owner, 'thr')
            const acknowledged = results.flatMap(({ logged }) => logged)
            expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
            expect(log.slice(1)).toEqual(acknowledged.toSorted((a, b) => a.seq - b.seq))
            expect(results.slice(-late.length).map(({ refused }) => refused)).toEqual(late.map(() => null))
            const epochs = log.slice(1).map(({ event }) => (event.type === 'agent_message' ? event.step : 0))
            expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
            await store.events.append(owner, 'thr', {
              fence: { runId: run.runId, epoch: 2 },
              at: START,
              events: [completed(run.runId)],
            })
          },
        ),
        { numRuns: 25 },
      )
    })
  })
}

function stepsOf(fc: typeof FastCheck): FastCheck.Arbitrary<Step> {
  const act = fc.oneof(
    { weight: 2, arbitrary: fc.constant('create' as const) },
    { weight: 4, arbitrary: fc.constant('accept' as const) },
    { weight: 8, arbitrary: fc.constantFrom('append' as const, 'ask' as const) },
    { weight: 3, arbitrary: fc.constantFrom('complete' as const, 'answer' as const, 'rename' as const) },
    { weight: 2, arbitrary: fc.constantFrom('takeOver' as const, 'delete' as const) },
  )
  const pick = fc.nat({ max: 3 })
  const two = fc.nat({ max: 1 })
  return fc.record({ act, owner: two, thread: two, pick, node: two, stale: fc.boolean() })
}

/** Both owners use the same thread ids, so whatever mixes them up is seen. */
function createWorld(store: Store) {
  const owners = [newOwner(), newOwner()] as const
  const threads = [new Map<string, ModelThread>(), new Map<string, ModelThread>()] as const
  let made = 0
  let expectation: unknown

  const ownerOf = (step: Step): Owner => (step.owner === 0 ? owners[0] : owners[1])
  const threadsOf = (step: Step): Map<string, ModelThread> => (step.owner === 0 ? threads[0] : threads[1])
  const refused = (code: string): void => {
    expectation = code
  }

  /** Does it to the store and to the model; answers what the store said, and sets what the model says. */
  const carryOut = async (step: Step): Promise<unknown> => {
    const owner = ownerOf(step)
    const mine = threadsOf(step)
    const threadId = `thr_${step.thread}`
    const model = mine.get(threadId)
    const run = model?.runs[step.pick % Math.max(1, model.runs.length)]
    const active = model?.runs.find(({ ended }) => !ended)
    const fence: Fence = { runId: run?.runId ?? 'run_none', epoch: (run?.epoch ?? 1) - (step.stale ? 1 : 0) }
    const holds = run !== undefined && !run.ended && !step.stale
    const name = `${made++}`

    /** Answers the first number, or the code. */
    const append = async (event: Parameters<Store['events']['append']>[2]['events'][number]): Promise<unknown> => {
      if (model === undefined) refused('NOT_FOUND')
      else if (!holds) refused('FENCED')
      else {
        model.log.push(JSON.stringify(event))
        expectation = model.log.length
      }
      return seqOrCode(store.events.append(owner, threadId, { fence, at: START, events: [event] }))
    }

    switch (step.act) {
      case 'create': {
        if (model === undefined) mine.set(threadId, { log: [], runs: [], approvals: [] })
        expectation = mine.get(threadId)?.log.length
        return (await store.threads.create(owner, { threadId, title: '', at: START })).lastSeq
      }
      case 'accept': {
        const request = newRun(owner, threadId, { idempotencyKey: `key_${step.pick}`, leaseMs: 0, maxRunsPerUser: 1 })
        const known = model?.runs.find(({ key }) => key === request.idempotencyKey)
        const running = [...mine.values()].flatMap(({ runs }) => runs).filter(({ ended }) => !ended).length
        if (model === undefined) expectation = ['not_found', undefined]
        else if (known !== undefined) expectation = ['duplicate', known.runId]
        else if (active !== undefined) expectation = ['busy', active.runId]
        else if (running > 0) expectation = ['too_many_runs', undefined]
        else {
          const { runId, messageId, parts } = request
          model.runs.push({ runId, thread: threadId, key: request.idempotencyKey, epoch: 1, ended: false })
          model.log.push(JSON.stringify({ type: 'message_added', messageId, runId, role: 'user', parts }))
          expectation = ['started', runId]
        }
        const accepted = await store.runs.accept(owner, request)
        return [
          accepted.status,
          'run' in accepted ? accepted.run.runId : 'runId' in accepted ? accepted.runId : undefined,
        ]
      }
      case 'append':
        return append(message(fence.runId, name))
      case 'complete': {
        const answered = await append(completed(fence.runId, name))
        if (holds) {
          run.ended = true
          for (const approval of model?.approvals ?? []) if (approval.run === run) approval.open = false
        }
        return answered
      }
      case 'ask': {
        const request = requested(fence.runId)
        const answered = await append(request)
        if (holds) model?.approvals.push({ id: request.approvalId, run, open: true })
        return answered
      }
      case 'answer': {
        const approval = model?.approvals[step.pick % Math.max(1, model.approvals.length)]
        const answer = { decision: 'denied', at: START } as const
        const answered = await store.approvals.resolve(owner, approval?.id ?? 'apr_none', answer)
        expectation = approval === undefined ? 'not_found' : approval.open ? 'resolved' : 'already_resolved'
        if (approval?.open) {
          approval.open = false
          if (answered.status === 'resolved') model?.log.push(JSON.stringify(answered.events[0]?.event))
        }
        return answered.status
      }
      case 'takeOver': {
        const all = threads.flatMap((those) => [...those.values()].flatMap(({ runs }) => runs)).filter((r) => !r.ended)
        for (const taken of all) taken.epoch++
        expectation = all.map(({ runId, epoch }) => `${runId} ${epoch}`).sort()
        const taken = await store.leases.takeOver(`node_${step.node}`, { now: START, until: START, limit: 1_000 })
        const ours = taken.filter((found) => owners.some(({ tenant }) => tenant === found.owner.tenant))
        return ours.map(({ runId, epoch }) => `${runId} ${epoch}`).sort()
      }
      case 'delete': {
        if (active !== undefined) refused('THREAD_BUSY')
        else expectation = { resolved: mine.delete(threadId) }
        return refusal(store.threads.delete(owner, threadId))
      }
      case 'rename': {
        model?.log.push(JSON.stringify({ type: 'thread_renamed', title: name }))
        expectation = model?.log.length
        return (await store.threads.rename(owner, threadId, { title: name, at: START }))?.events[0]?.seq
      }
      default:
        return step.act satisfies never
    }
  }

  return {
    take: async (step: Step) => ({ found: await carryOut(step), expected: expectation }),
    places: () =>
      [0, 1].flatMap((index) =>
        ['thr_0', 'thr_1'].map((threadId) => {
          const owner = index === 0 ? owners[0] : owners[1]
          const model = () => (index === 0 ? threads[0] : threads[1]).get(threadId)
          return {
            expected: () => {
              const held = model()
              if (held === undefined) return undefined
              return {
                log: held.log.map((line, at) => `${at + 1} ${line}`),
                active: held.runs.find(({ ended }) => !ended)?.runId ?? null,
                open: held.approvals.filter(({ open }) => open).map(({ id }) => id),
              }
            },
            found: async () => {
              const thread = await store.threads.get(owner, threadId)
              if (thread === undefined) return undefined
              const log = await readAll(store, owner, threadId)
              const open = await store.approvals.listOpen(owner, threadId)
              return {
                log: log.map(({ seq, event }) => `${seq} ${JSON.stringify(event)}`),
                active: thread.activeRunId,
                open: open.map(({ approvalId }) => approvalId),
              }
            },
          }
        }),
      ),
  }
}

async function seqOrCode(call: ReturnType<Store['events']['append']>): Promise<unknown> {
  const found = await refusal(call.then(([logged]) => logged))
  return typeof found === 'object' && found !== null && 'resolved' in found
    ? (found.resolved as { readonly seq: number }).seq
    : found
}

/** Its events carry the epoch they were written under as their step. */
async function appendNamed(
  store: Store,
  owner: Owner,
  fence: Fence,
  { size, index }: { readonly size: number; readonly index: number },
) {
  const events = Array.from({ length: size }, (_, part) => ({
    ...message(fence.runId, `${index}.${part}`),
    step: fence.epoch,
  }))
  try {
    return { logged: await store.events.append(owner, 'thr', { fence, at: START, events }), refused: null }
  } catch (error) {
    return { logged: [], refused: error }
  }
}
