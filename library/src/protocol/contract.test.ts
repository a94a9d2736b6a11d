import { describe, expect, it } from 'vitest'
import { checkContract, createContractChecker } from './contract.ts'
import type {
  AgentCompleted,
  AgentStarted,
  LimitWarning,
  LoggedEvent,
  RunEvent,
  ThreadEvent,
  ToolCompleted,
} from './events.ts'

const runId = 'run_1'
const usage = { inputTokens: 1, outputTokens: 1, calls: 1 }
const started: AgentStarted = {
  type: 'agent_started',
  runId,
  agent: 'assistant',
  attempt: 1,
  model: 'scripted',
  manifest: 'f',
}
const opening: readonly ThreadEvent[] = [
  { type: 'message_added', messageId: 'msg_1', runId, role: 'user', parts: [{ type: 'text', text: 'hi' }] },
  started,
]
const thinking = (step: number): RunEvent => ({ type: 'agent_thinking', runId, step })
const requested = (step: number, ...callIds: readonly string[]): RunEvent => ({
  type: 'step_completed',
  runId,
  step,
  finish: callIds.length > 0 ? 'calls' : 'stop',
  calls: callIds.map((callId) => ({ callId, tool: 'echo', input: {} })),
  usage: { inputTokens: 1, outputTokens: 1 },
})
const executing = (callId: string, step: number = 1): RunEvent => ({
  type: 'tool_executing',
  runId,
  step,
  callId,
  tool: 'echo',
  input: {},
  effect: 'read',
  fingerprint: 'f',
})
const completed = (callId: string, step: number = 1): ToolCompleted => ({
  type: 'tool_completed',
  runId,
  step,
  callId,
  tool: 'echo',
  outcome: 'ok',
  output: 1,
  durationMs: 1,
})
const asked = (callId: string): RunEvent => ({
  type: 'approval_requested',
  runId,
  step: 1,
  approvalId: `apr_${callId}`,
  callId,
  tool: 'echo',
  input: {},
  effect: 'destructive',
  fingerprint: 'f',
  inputHash: 'h',
  expiresAt: 1,
})
const answered = (callId: string, decision: 'approved' | 'denied'): RunEvent => ({
  type: 'approval_resolved',
  runId,
  approvalId: `apr_${callId}`,
  callId,
  decision,
  by: 'ann',
})
const end: AgentCompleted = {
  type: 'agent_completed',
  runId,
  outcome: 'completed',
  message: { messageId: 'msg_2', parts: [{ type: 'text', text: 'done' }] },
  usage,
  steps: 2,
  durationMs: 1,
}
const stopped: RunEvent = { ...end, outcome: 'stopped', message: null }
const whole: readonly ThreadEvent[] = [
  ...opening,
  thinking(1),
  requested(1, 'a', 'b'),
  executing('a'),
  executing('b'),
  completed('a'),
  completed('b'),
  thinking(2),
  { type: 'agent_message', runId, step: 2, delta: 'done' },
  requested(2),
  end,
]

function rules(events: readonly ThreadEvent[], after = 0): readonly string[] {
  return checkContract(logged(events, after), after).map((violation) => violation.rule)
}

function logged(events: readonly ThreadEvent[], after = 0): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: after + index + 1, at: 0, event }))
}

describe('checkContract', () => {
  it('has each limit warned of once, whatever is said of others [CALL-07]', () => {
    const warn = (limit: LimitWarning['limit']): LimitWarning => ({ type: 'limit_warning', runId, limit, used: 9 })
    const daily = { name: 'tokens', value: 10, per: 'user', window: 'day' } as const
    const stopped: AgentCompleted = { ...end, outcome: 'stopped', message: null }
    const stream = (...warnings: readonly LimitWarning[]): readonly LoggedEvent[] =>
      [...opening, ...warnings, stopped].map((event, index) => ({ seq: index + 1, at: 0, event }))
    const rulesOf = (...warnings: readonly LimitWarning[]) => checkContract(stream(...warnings)).map(({ rule }) => rule)

    expect(rulesOf(warn(daily), warn({ ...daily, per: 'tenant' }), warn({ name: 'maxTokens', value: 10 }))).toEqual([])
    expect(rulesOf(warn(daily), warn({ ...daily, value: 12 }))).toEqual(['WARNED_ONCE'])
  })

  it('has nothing against a whole run [RUN-02]', () => {
    expect(rules(whole)).toEqual([])
  })

  it('misses no single event of a whole run: leaving any one out is a violation [RUN-02]', () => {
    const optional = new Set(['agent_message'])
    const unnoticed = whole.filter(
      (left, index) => !optional.has(left.type) && rules(whole.filter((_, other) => other !== index)).length === 0,
    )

    expect(unnoticed.map((event) => event.type)).toEqual([])
  })

  it('notices any event that comes twice [RUN-02]', () => {
    const repeatable = new Set(['agent_message', 'agent_thinking'])
    const unnoticed = whole.filter(
      (event, index) =>
        !repeatable.has(event.type) &&
        rules([...whole.slice(0, index + 1), event, ...whole.slice(index + 1)]).length === 0,
    )

    expect(unnoticed.map((event) => event.type)).toEqual([])
  })

  it('notices a gap in the sequence', () => {
    const events = logged(whole)

    expect(checkContract([...events.slice(0, 3), ...events.slice(4)]).map((v) => v.rule)).toContain('SEQ_GAP')
  })

  it('notices a run that has no end', () => {
    expect(rules(whole.slice(0, -1))).toEqual(['END_ONCE'])
  })

  it('notices a run that ends with a call open', () => {
    expect(rules([...opening, thinking(1), requested(1, 'a'), executing('a'), stopped])).toEqual(['END_SETTLED'])
  })

  it('notices a call that starts after it was denied', () => {
    const events = [
      ...opening,
      thinking(1),
      requested(1, 'a'),
      asked('a'),
      answered('a', 'denied'),
      executing('a'),
      completed('a'),
    ]

    expect(rules(events)).toEqual(['APPROVAL_PAIRED', 'END_ONCE'])
  })

  it('lets a call start after it was approved', () => {
    const events = [
      ...opening,
      thinking(1),
      requested(1, 'a'),
      asked('a'),
      answered('a', 'approved'),
      executing('a'),
      completed('a'),
    ]

    expect(rules([...events, thinking(2), requested(2), end])).toEqual([])
  })

  it('notices a failed call that is reported as ok with an error, and one that is failed without', () => {
    const failure = { code: 'X', message: 'x', retry: 'never' as const }
    const untrue: readonly RunEvent[] = [
      { ...completed('a'), error: failure } as RunEvent,
      { type: 'tool_completed', runId, step: 1, callId: 'b', tool: 'echo', outcome: 'failed', durationMs: 1 },
    ]
    const events = [...opening, thinking(1), requested(1, 'a', 'b'), executing('a'), executing('b'), ...untrue]

    expect(rules([...events, thinking(2), requested(2), end])).toEqual(['OUTCOME_TRUE', 'OUTCOME_TRUE'])
  })

  it('lets a step that was rewound be made again under its number, and no step that was finished', () => {
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 1, reason: 'cut' }

    expect(rules([...opening, thinking(1), rewound, thinking(1), requested(1), end])).toEqual([])
    expect(rules([...opening, thinking(1), requested(1), rewound, thinking(1), requested(1), end])).toContain(
      'REWIND_OPEN',
    )
  })

  it('lets a call start again in the next attempt', () => {
    const again: RunEvent = {
      type: 'agent_started',
      runId,
      agent: 'assistant',
      attempt: 2,
      model: 'scripted',
      manifest: 'f',
    }
    const events = [...opening, thinking(1), requested(1, 'a'), executing('a'), again, executing('a'), completed('a')]

    expect(rules([...events, thinking(2), requested(2), end])).toEqual([])
  })

  it('holds an agent that is called as a tool to the same rules, inside its call', () => {
    const inner = (event: RunEvent): RunEvent => ({ type: 'subagent_event', runId, parentCallId: 'a', event })
    const started: RunEvent = {
      type: 'agent_started',
      runId: 'run_2',
      agent: 'helper',
      attempt: 1,
      model: 'scripted',
      manifest: 'f',
    }
    const innerEnd: RunEvent = { ...stopped, runId: 'run_2' }
    const another: RunEvent = { ...stopped, runId: 'run_3' }
    const before = [...opening, thinking(1), requested(1, 'a'), executing('a')]
    const after = [completed('a'), thinking(2), requested(2), end]

    expect(rules([...before, inner(started), inner(innerEnd), ...after])).toEqual([])
    expect(rules([...before, inner(started), inner(another), ...after])).toContain('PARENT_EXECUTING')
    expect(rules([...before, inner(started), ...after])).toEqual(['END_SETTLED'])
    expect(rules([...before, ...after.slice(0, 1), inner(started), ...after.slice(1)])).toEqual(['PARENT_EXECUTING'])
  })

  it('lets an answer to an agent come before its call was started again after a takeover [RUN-08]', () => {
    const inner = (event: RunEvent): RunEvent => {
      return { type: 'subagent_event', runId, parentCallId: 'a', event: { ...event, runId: 'run_2' } }
    }
    const again: RunEvent = { ...started, attempt: 2 }
    const waiting = [started, thinking(1), requested(1, 'b'), asked('b')].map(inner)
    const before = [...opening, thinking(1), requested(1, 'a'), executing('a'), ...waiting, again]
    const goesOn = [again, executing('b'), completed('b'), stopped].map(inner)
    const after = [executing('a'), ...goesOn, completed('a'), thinking(2), requested(2), end]

    expect(rules([...before, inner(answered('b', 'approved')), ...after])).toEqual([])
    expect(rules([...before, inner(thinking(2)), inner(answered('b', 'approved')), ...after])).toEqual([
      'PARENT_EXECUTING',
    ])
  })

  it('notices a takeover in the middle of a step that is not rewound', () => {
    const again: RunEvent = { ...started, attempt: 2 }
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 1, reason: 'taken over' }
    const after = [thinking(1), requested(1), end]

    expect(rules([...opening, thinking(1), again, rewound, ...after])).toEqual([])
    expect(rules([...opening, thinking(1), again, ...after])).toEqual(['STEP_ORDER'])
  })

  it('notices a run that completes without the step that is its answer, or with an error', () => {
    const failure = { code: 'X', message: 'x', retry: 'never' as const }

    expect(rules([...opening, end])).toEqual(['END_TRUE'])
    expect(rules([...opening, thinking(1), requested(1, 'a'), executing('a'), completed('a'), end])).toEqual([
      'END_TRUE',
    ])
    expect(rules([...opening, thinking(1), requested(1), { ...end, error: failure }])).toEqual(['END_TRUE'])
  })

  it('notices a late result of a call that was not abandoned, and a second one', () => {
    const late: RunEvent = { type: 'tool_late', runId, callId: 'a', tool: 'echo', settled: 'resolved', afterMs: 1 }
    const error = { code: 'X', message: 'x', retry: 'never' as const }
    const { output: _, ...rest } = completed('a')
    const abandoned: RunEvent = { ...rest, outcome: 'abandoned', error }
    const before = [...opening, thinking(1), requested(1, 'a'), executing('a')]

    expect(rules([...before, abandoned, late, stopped])).toEqual([])
    expect(rules([...before, abandoned, late, late, stopped])).toEqual(['LATE_ONCE'])
    expect(rules([...before, completed('a'), late, stopped])).toEqual(['LATE_ONCE'])
  })

  it('does not judge a run that began before the cursor, and only that one', () => {
    const another: RunEvent = { ...stopped, runId: 'run_9' }

    expect(rules(whole.slice(5), 5)).toEqual([])
    expect(rules([...whole.slice(5), another], 5)).toEqual(['MESSAGE_FIRST'])
    expect(rules([...whole.slice(5, 7), ...whole], 5)).toEqual(['ONE_RUN'])
  })

  it('lets the context be compacted between two steps, and never in the middle of one [RUN-02]', () => {
    const compacted: RunEvent = {
      type: 'context_compacted',
      runId,
      step: 2,
      summary: 'so far',
      kept: { fromMessageId: 'msg_1', messages: 1, tokens: 1 },
      dropped: { messages: 2, tokens: 9 },
      usage: { inputTokens: 9, outputTokens: 2 },
    }
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 2, reason: 'too long' }
    const upTo = (index: number): readonly ThreadEvent[] => [...whole.slice(0, index), compacted, ...whole.slice(index)]

    expect(rules(upTo(8))).toEqual([])
    expect(rules([...whole.slice(0, 9), rewound, compacted, ...whole.slice(8)])).toEqual([])
    expect(rules(upTo(7))).toEqual(['COMPACTED_BETWEEN'])
    expect(rules(upTo(9))).toEqual(['COMPACTED_BETWEEN'])
    expect(rules(upTo(11))).toEqual(['COMPACTED_BETWEEN'])
    expect(rules(upTo(1))).toEqual(['ATTEMPT', 'COMPACTED_BETWEEN'])
  })

  it('notices a message that follows one which the thread does not have, or not yet [RUN-02]', () => {
    const second = { ...opening[0], messageId: 'msg_3', runId: 'run_2' } as ThreadEvent
    const secondEnd: RunEvent = { ...stopped, runId: 'run_2' }
    const following = (follows: string | null): readonly ThreadEvent[] => [
      ...whole,
      { ...second, follows } as ThreadEvent,
      secondEnd,
    ]

    expect(rules(following('msg_1'))).toEqual([])
    expect(rules(following(null))).toEqual([])
    expect(rules(following('msg_2'))).toEqual(['FOLLOWS_EARLIER'])
    expect(rules(following('msg_3'))).toEqual(['FOLLOWS_EARLIER'])
    expect(rules(following('msg_2').slice(5), 5)).toEqual([])
  })

  it('says which event broke which rule', () => {
    const checker = createContractChecker()
    const [first] = logged([thinking(1)])

    expect(first && checker.check(first)).toEqual([
      {
        rule: 'MESSAGE_FIRST',
        seq: 1,
        message:
          'A run begins with the message that starts it, then agent_started: agent_thinking of "run_1", which no message had started',
      },
    ])
  })
})
