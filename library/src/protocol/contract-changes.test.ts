import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contractStreams } from '../testing/contract-streams.ts'
import { checkContract } from './contract.ts'
import type { RunEvent, ThreadEvent } from './events.ts'
import type { CallOutcome } from './vocabulary.ts'

const streams = contractStreams(fc)
const options = { numRuns: 150 }

function rules(events: readonly ThreadEvent[], after = 0): readonly string[] {
  const logged = events.map((event, index) => ({ seq: after + index + 1, at: 0, event }))
  return checkContract(logged, after).map(({ rule }) => rule)
}

/** The changed streams that broke no rule and are not among those that mean the same or cannot be told apart. */
function unnoticed(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ stream, harmless }) => !harmless && rules(stream).length === 0)
}

interface Change {
  readonly stream: readonly ThreadEvent[]
  readonly harmless: boolean
  /** To be read in a counterexample. */
  readonly what: readonly (ThreadEvent | string | undefined)[]
}

/** The event itself, out of the agents that were called as tools. */
function innermost(event: ThreadEvent | undefined): ThreadEvent | undefined {
  return event?.type === 'subagent_event' ? innermost(event.event) : event
}

function isType(event: ThreadEvent | undefined, ...types: readonly ThreadEvent['type'][]): boolean {
  return event !== undefined && types.includes(event.type)
}

function isOfRunOf(event: ThreadEvent | undefined): (other: ThreadEvent | undefined) => boolean {
  return (other) => runOf(other) === runOf(event)
}

function runOf(event: ThreadEvent | undefined): string | undefined {
  return event !== undefined && 'runId' in event ? event.runId : undefined
}

/** Which call it is about, or which run. */
function subjectOf(event: RunEvent): string {
  return 'callId' in event ? event.callId : event.runId
}

const isCallEvent = (event: ThreadEvent): boolean => 'callId' in event || event.type === 'subagent_event'
const isNextAttempt = (event: ThreadEvent): boolean => event.type === 'agent_started' && event.attempt > 1

describe('a stream that keeps the contract', () => {
  it('is found to keep it, whole and from any event on [RUN-02]', () => {
    fc.assert(
      fc.property(streams, fc.nat(60), (stream, cursor) => {
        const after = Math.min(cursor, stream.length)

        expect(rules(stream)).toEqual([])
        expect(rules(stream.slice(after), after)).toEqual([])
      }),
      options,
    )
  })

  it('loses no event without being noticed but deltas, progress, late results, compactions and titles [RUN-02]', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const changes = stream.map((left, index): Change => {
          const event = innermost(left)
          const before = stream.slice(0, index).map(innermost).findLast(isOfRunOf(event))
          const next = stream
            .slice(index + 1)
            .map(innermost)
            .find(isOfRunOf(event))
          const harmless =
            isType(event, 'agent_message', 'thread_renamed', 'tool_progress', 'tool_late', 'context_compacted') ||
            // More thinking of a step that is open, and a retry that is only told by its rewinding.
            (isType(event, 'agent_thinking') && isType(before, 'agent_thinking', 'agent_message')) ||
            (isType(event, 'agent_rewound') && !isType(before, 'agent_started')) ||
            (event !== undefined && isNextAttempt(event) && isType(next, 'agent_rewound')) ||
            // Its node died before it could be told from a call that had not started.
            (isType(event, 'tool_executing') && isType(next, 'agent_started')) ||
            // A run that cannot begin only ends; a step of which nothing came is no loss.
            (isType(event, 'agent_started', 'agent_thinking') && isType(next, 'agent_completed'))
          return { stream: stream.toSpliced(index, 1), harmless, what: ['without', left] }
        })

        expect(unnoticed(changes)).toEqual([])
      }),
      options,
    )
  })

  it('has no event twice without being noticed but deltas, progress, compactions and titles [RUN-02]', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const changes = stream.map((twice, index): Change => {
          const harmless = isType(
            innermost(twice),
            'agent_message',
            'agent_thinking',
            'context_compacted',
            'tool_progress',
            'thread_renamed',
          )
          return { stream: stream.toSpliced(index, 0, twice), harmless, what: ['twice', twice] }
        })

        expect(unnoticed(changes)).toEqual([])
      }),
      options,
    )
  })

  it('has no two neighbours the other way round without being noticed where their order means something [RUN-02]', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const changes = stream.slice(1).map((second, index): Change => {
          const first = stream[index] ?? second
          return {
            stream: stream.toSpliced(index, 2, second, first),
            harmless: areInterchangeable(first, second),
            what: [first, second],
          }
        })

        expect(unnoticed(changes)).toEqual([])
      }),
      options,
    )
  })

  it('has no outcome of a call exchanged for one that says it had started when it had not, or had not when it had [RUN-02]', () => {
    fc.assert(
      fc.property(
        streams,
        fc.constantFrom<CallOutcome>('ok', 'failed', 'timed_out', 'abandoned', 'invalid', 'refused'),
        (stream, outcome) => {
          const changes = stream.flatMap((event, index): readonly Change[] => {
            if (event.type !== 'tool_completed' || event.outcome === outcome) return []
            const harmless = startOf(event.outcome) === startOf(outcome) && outcome !== 'ok' && event.outcome !== 'ok'
            const indistinct = event.outcome === 'cancelled' || event.outcome === 'unknown'
            const never = startOf(outcome) === 'never'
            return [
              {
                stream: stream.with(index, { ...event, outcome }),
                harmless: harmless || (indistinct && never),
                what: [event, outcome],
              },
            ]
          })

          expect(unnoticed(changes)).toEqual([])
        },
      ),
      options,
    )
  })

  it('has no end of a run, no tool of a call and no run of an agent exchanged without being noticed [RUN-02]', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const changes = stream.flatMap((event, index): readonly Change[] => {
          const other = exchanged(event)
          return other === undefined
            ? []
            : [{ stream: stream.with(index, other), harmless: false, what: [event, other] }]
        })

        expect(unnoticed(changes)).toEqual([])
      }),
      options,
    )
  })
})

function startOf(outcome: CallOutcome): 'always' | 'never' {
  return outcome === 'invalid' || outcome === 'refused' ? 'never' : 'always'
}

function exchanged(event: ThreadEvent): ThreadEvent | undefined {
  switch (event.type) {
    case 'agent_completed':
      return { ...event, outcome: event.outcome === 'completed' ? 'failed' : 'completed' }
    case 'tool_executing':
    case 'tool_completed':
    case 'approval_requested':
      return { ...event, tool: 'another' }
    case 'subagent_event':
      return { ...event, event: { ...event.event, runId: 'another' } as RunEvent }
    default:
      return undefined
  }
}

function areInterchangeable(first: ThreadEvent, second: ThreadEvent): boolean {
  if (first.type === 'subagent_event' && second.type === 'subagent_event' && first.parentCallId === second.parentCallId)
    return areInterchangeable(first.event, second.event)
  if (isType(first, 'thread_renamed') || isType(second, 'thread_renamed')) return true
  if (isLate(first) || isLate(second)) return aboutLate(first) !== aboutLate(second)
  if (first.type === 'message_added' || second.type === 'message_added') return false
  if (first.type === 'thread_renamed' || second.type === 'thread_renamed') return true
  const deltas = [first, second].every((event) => isType(event, 'agent_thinking', 'agent_message'))
  const differentCalls = isCallEvent(first) && isCallEvent(second) && aboutCall(first) !== aboutCall(second)
  const progress = isType(first, 'tool_progress') && isType(second, 'tool_progress')
  // Where in the voided part of a step a takeover came cannot be told, nor what of a retried step came before the retry.
  const attempt = [first, second].some(isNextAttempt) && ![first, second].some(isCallEvent)
  const voided = isType(first, 'agent_thinking') && isType(second, 'agent_rewound')
  return deltas || differentCalls || progress || attempt || voided
}

function isLate(event: ThreadEvent): boolean {
  return innermost(event)?.type === 'tool_late'
}

/** The call that the innermost event is about. */
function aboutLate(event: ThreadEvent): string | undefined {
  const inner = innermost(event)
  return inner !== undefined && 'callId' in inner ? inner.callId : undefined
}

function aboutCall(event: RunEvent): string {
  return event.type === 'subagent_event' ? event.parentCallId : subjectOf(event)
}
