import { applyEvent, emptyConversation } from 'toolcrib/client'
import type { LoggedEvent } from 'toolcrib/protocol'
import { describe, expect, it } from 'vitest'
import { countAt, createScenes, scriptOf } from './playback.ts'

const runId = 'run_1'
const message: LoggedEvent = {
  seq: 1,
  at: 0,
  event: { type: 'message_added', messageId: 'msg_1', runId, role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
}
const pieces = Array.from(
  { length: 1_000 },
  (_, index): LoggedEvent => ({
    seq: index + 2,
    at: index,
    event: { type: 'agent_message', runId, step: 1, delta: `${index} ` },
  }),
)
const events = [message, ...pieces]

describe('a replay', () => {
  it('tells each event at its time, and those that came together together [WEB-03]', () => {
    const script = scriptOf({ moments: [0, 10, 10, 500], durationMs: 600, maxSilenceMs: Number.POSITIVE_INFINITY })

    expect([-1, 0, 9, 10, 499, 500, 600].map((at) => countAt(script, at))).toEqual([0, 1, 1, 3, 3, 4, 4])
    expect(script.lengthMs).toBe(600)
  })

  it('cuts silences short where that was asked for [WEB-03]', () => {
    const script = scriptOf({ moments: [0, 10, 60_010], durationMs: 60_020, maxSilenceMs: 1_000 })

    expect([1_009, 1_010].map((at) => countAt(script, at))).toEqual([2, 3])
  })

  it.each([
    ['forwards', [1, 2, 350, 1_001]],
    ['backwards', [1_001, 999, 400, 399, 1, 0]],
    ['to and fro', [500, 200, 201, 900, 200, 1_001, 0, 700]],
  ])('shows after so many events what the person saw then, going %s [WEB-03]', (_how, counts) => {
    const sceneAt = createScenes(events)

    const shown = counts.map(sceneAt)

    expect(shown).toEqual(counts.map((count) => events.slice(0, count).reduce(applyEvent, emptyConversation)))
  })
})
