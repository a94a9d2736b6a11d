/**
 * Generates rounds. The law: what may come out is bounded, so that a round is over in seconds whatever was generated.
 *
 * @module
 */
import fc from 'fast-check'
import type { Act, Answer, Case, Fault, FaultKind, Message, Moment, PlannedCall, Round, Step, Trouble } from './plan.ts'

export interface RoundShape {
  readonly seed: number
  /** The number of the round's first case. */
  readonly from: number
  readonly cases: number
  readonly faults: number
  readonly faultKinds: readonly FaultKind[]
}

/** The same shape gives the same round, everywhere. */
export function generateRound({ seed, from, cases, faults, faultKinds }: RoundShape): Round {
  const exactly = (count: number): fc.ArrayConstraints => ({ minLength: count, maxLength: count })
  const round = fc.record({
    cases: fc.array(oneCase, exactly(cases)),
    faults: fc.array(faultOf(faultKinds), exactly(faults)),
  })
  // Without a bias to the ends of a range: a round is generated once, not searched.
  const [generated] = fc.sample(fc.noBias(round), { seed: seed + from, numRuns: 1 })
  if (generated === undefined) throw new Error('Expected one round')
  return { ...generated, cases: generated.cases.map((one, index) => ({ ...one, user: `case-${from + index}` })) }
}

type Anonymous = Omit<Case, 'user'>

const trouble: fc.Arbitrary<Trouble | null> = fc.option(
  fc.record({
    kind: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Trouble['kind'][]>('rate_limited', 'overloaded', 'cut', 'stall') },
      { weight: 1, arbitrary: fc.constant('refused' as const) },
    ),
    times: fc.integer({ min: 1, max: 2 }),
  }),
  { freq: 6 },
)

const workMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 300, max: 1_500 }))

const leafTool = fc.oneof(
  { weight: 3, arbitrary: fc.constant('look_up' as const) },
  { weight: 2, arbitrary: fc.constant('count_up' as const) },
  { weight: 4, arbitrary: fc.constant('write_down' as const) },
  { weight: 3, arbitrary: fc.constant('put_once' as const) },
  { weight: 3, arbitrary: fc.constant('erase' as const) },
  { weight: 1, arbitrary: fc.constant('ignore_stop' as const) },
  { weight: 1, arbitrary: fc.constantFrom('fail', 'calculate', 'not_a_tool', 'bad_input') },
)

const leafCall: fc.Arbitrary<PlannedCall> = fc.record({ tool: leafTool, workMs, steps: fc.constant([]) })
const leafSteps = stepsOf(leafCall)
const agentCall: fc.Arbitrary<PlannedCall> = fc.record({
  tool: fc.constant('clerk'),
  workMs: fc.constant(0),
  steps: leafSteps,
})
const steps = stepsOf(fc.oneof({ weight: 7, arbitrary: leafCall }, { weight: 1, arbitrary: agentCall }))

/** Calls, and the answer at the end. */
function stepsOf(call: fc.Arbitrary<PlannedCall>): fc.Arbitrary<readonly Step[]> {
  const asking = stepWith(fc.array(call, { minLength: 1, maxLength: 3 }))
  return fc
    .tuple(fc.array(asking, { maxLength: 3 }), stepWith(fc.constant([])))
    .map(([before, answer]) => [...before, { ...answer, chunks: Math.max(1, answer.chunks) }])
}

function stepWith(calls: fc.Arbitrary<readonly PlannedCall[]>): fc.Arbitrary<Step> {
  return fc.record({
    chunks: fc.integer({ min: 0, max: 6 }),
    chunkBytes: fc.constantFrom(20, 200),
    pauseMs: fc.constantFrom(0, 5, 40),
    calls,
    trouble,
    sameIds: fc.boolean(),
  })
}

const answer: fc.Arbitrary<Answer> = fc.record({
  decision: fc.constantFrom<Answer['decision'][]>('approved', 'approved', 'denied', 'edited'),
  when: fc.constantFrom<Answer['when'][]>('at_once', 'after_fault'),
  doors: fc.constantFrom<Answer['doors'][]>(1, 2),
})

const act: fc.Arbitrary<Act> = fc.record({
  afterEvents: fc.integer({ min: 1, max: 30 }),
  does: fc.constantFrom<Act['does'][]>('stop', 'cut', 'cut'),
})

const message: fc.Arbitrary<Message> = fc.record({
  steps,
  answers: fc.array(answer, { minLength: 1, maxLength: 3 }),
  acts: fc.array(act, { maxLength: 2 }),
})

const ordinaryCase: fc.Arbitrary<Anonymous> = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 3 }),
  secondReader: fc.constantFrom<Case['secondReader'][]>('none', 'none', 'tab', 'stream', 'slow'),
})

/** More than the buffers of a connection and of the kernel hold. */
const floodedCase: fc.Arbitrary<Anonymous> = fc
  .record({ secondReader: fc.constantFrom<Case['secondReader'][]>('slow', 'dead') })
  .map(({ secondReader }) => ({
    messages: [{ steps: [{ ...flood, calls: [], trouble: null, sameIds: false }], answers: [], acts: [] }],
    secondReader,
  }))
const flood = { chunks: 60, chunkBytes: 60_000, pauseMs: 20 }

const oneCase = fc.oneof({ weight: 24, arbitrary: ordinaryCase }, { weight: 1, arbitrary: floodedCase })

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ what: fc.constant('event' as const), nth: fc.integer({ min: 1, max: 300 }) }),
  fc.record({
    what: fc.constantFrom('step_completed' as const, 'tool_executing' as const, 'tool_completed' as const),
    nth: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({
    what: fc.constantFrom(
      'approval_requested' as const,
      'send_acknowledged' as const,
      'stop_acknowledged' as const,
      'answer_acknowledged' as const,
    ),
    nth: fc.integer({ min: 1, max: 5 }),
  }),
)

function faultOf(kinds: readonly FaultKind[]): fc.Arbitrary<Fault> {
  return fc.record({
    // A kill is what everything else is measured by.
    kind: fc.constantFrom<FaultKind[]>('kill', ...kinds),
    moment,
    lengthMs: fc.integer({ min: 0, max: 3_000 }),
  })
}
