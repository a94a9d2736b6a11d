import { describe, expect, it } from 'vitest'
import { changed, findingsFor, goodEvents, logOf, told, work } from './rules.fixture.ts'

const unknown = { code: 'CALL_UNKNOWN', message: 'nobody knows', retry: 'never' } as const
const [start, end] = work

describe('the rules of chaos', () => {
  it('find nothing where all went well', () => {
    expect(findingsFor({ secondSeen: logOf(goodEvents) })).toEqual([])
  })

  it('find what a reader missed, was given twice, or was given though it is not in the log', () => {
    const log = logOf(goodEvents)

    expect(findingsFor({ seen: log.slice(0, -1) })).toEqual(['SEEN_IS_LOGGED'])
    expect(findingsFor({ seen: log.flatMap((event) => (event.seq === 5 ? [event, event] : [event])) })).toEqual([
      'SEEN_IS_LOGGED',
    ])
    expect(
      findingsFor({ secondSeen: [...log, { seq: 13, at: 0, event: { type: 'thread_renamed', title: '' } }] }),
    ).toEqual(['SEEN_IS_LOGGED'])
  })

  it('find an acknowledged message that is not in the log, and one in the log that nobody sent', () => {
    expect(findingsFor({ log: [], answers: [], witness: [] })).toEqual(['MESSAGE_ONCE'])
    expect(findingsFor({ sends: [] })).toEqual(['MESSAGE_ONCE'])
  })

  it('find a run without its end, one that gave up, and one that says what was not streamed', () => {
    const without = changed('agent_completed', () => undefined)
    const failed = changed('agent_completed', (event) => ({
      ...event,
      outcome: 'failed',
      message: null,
      error: { code: 'RUN_INTERRUPTED', message: 'interrupted', retry: 'later' },
    }))
    const halved = changed('agent_message', (event) => ({ ...event, delta: event.delta.slice(1) }))
    const other = changed('agent_completed', (event) => ({
      ...event,
      message: { messageId: 'msg_2', parts: [{ type: 'text', text: 'Something else.' }] },
    }))

    expect(findingsFor({ log: without })).toEqual(['CONTRACT', 'RUN_ENDED'])
    expect(findingsFor({ log: failed })).toEqual(['GOES_ON'])
    expect(findingsFor({ log: halved })).toEqual(['TEXT_WHOLE'])
    expect(findingsFor({ log: other })).toEqual(['GOES_ON'])
  })

  it('find a run that goes on after its stop was acknowledged, unless it had answered by then', () => {
    expect(findingsFor({ stops: [{ runId: 'run_1', acknowledged: { stopping: true, at: 1_003 } }] })).toEqual([
      'STOP_HOLDS',
    ])
    expect(findingsFor({ stops: [{ runId: 'run_1', acknowledged: { stopping: true, at: 1_011 } }] })).toEqual([])
    expect(findingsFor({ stops: [{ runId: 'run_1', acknowledged: { stopping: false, at: 1_003 } }] })).toEqual([
      'STOP_HOLDS',
    ])
  })

  it('find a thread that was not free', () => {
    expect(findingsFor({ troubles: ['message 1: THREAD_BUSY'] })).toEqual(['THREAD_FREE'])
  })

  it('find an approval that was answered twice, or counts otherwise than it was acknowledged', () => {
    const denied = changed('approval_resolved', (event) => ({ ...event, decision: 'denied' }))
    const edited = { ...told, input: { nonce: 'case-0.0.0.0', workMs: 7 } }

    expect(findingsFor({ answers: [{ ...told, results: ['ok', 'ok'] }] })).toEqual(['ANSWER_HOLDS'])
    expect(findingsFor({ log: denied })).toEqual(['CONTRACT', 'ANSWER_HOLDS'])
    expect(findingsFor({ answers: [] })).toEqual(['ANSWER_HOLDS'])
    expect(findingsFor({ answers: [edited] })).toEqual(['ANSWER_HOLDS'])
  })

  it('find work that was not logged, came before its log or after the end', () => {
    expect(findingsFor({ witness: start === undefined ? [] : [{ ...start, at: 1_006 }, ...work.slice(1)] })).toEqual([
      'WORK_LOGGED',
    ])
    expect(findingsFor({ witness: start === undefined ? [] : [{ ...start, at: 1_100 }, ...work.slice(1)] })).toEqual([
      'WORK_LOGGED',
    ])
  })

  it('find work that was done twice, or under another key', () => {
    const again = start === undefined ? [] : [{ ...start, mark: 'm2', idempotencyKey: 'other' }]

    expect(findingsFor({ witness: [...work, ...again] })).toEqual(['WORK_LOGGED', 'WORK_ONCE'])
  })

  it('find an outcome that is not what the tool did', () => {
    const lost = changed('tool_completed', ({ output: _output, ...event }) => ({
      ...event,
      outcome: 'unknown',
      error: unknown,
    }))
    const cancelled = changed('tool_completed', ({ output: _output, ...event }) => ({
      ...event,
      outcome: 'cancelled',
      error: unknown,
    }))

    expect(findingsFor({ witness: start === undefined ? [] : [start] })).toEqual(['OUTCOME_TRUE'])
    expect(
      findingsFor({ witness: end === undefined || start === undefined ? [] : [start, { ...end, mark: 'm2' }] }),
    ).toEqual(['OUTCOME_TRUE'])
    expect(findingsFor({ log: lost })).toEqual(['OUTCOME_TRUE'])
    expect(findingsFor({ log: lost, losses: 1 })).toEqual([])
    expect(findingsFor({ log: cancelled })).toEqual(['OUTCOME_TRUE'])
  })
})
