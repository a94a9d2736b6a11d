import { describe, expect, it } from 'vitest'
import { replyFailure } from './errors.ts'
import { parseFrame } from './intake.ts'

const limits = { maxMessageChars: 10 }

function refusal(text: string): unknown {
  const intake = parseFrame(text, limits)
  return intake.ok ? intake : { id: intake.id, ...replyFailure(intake.error) }
}

describe('the intake of frames', () => {
  it('takes a command with its id apart', () => {
    const intake = parseFrame('{"id":"7","type":"thread.open","threadId":"thr_1","after":3}', limits)

    expect(intake).toEqual({ ok: true, id: '7', command: { type: 'thread.open', threadId: 'thr_1', after: 3 } })
  })

  it('refuses what is not one JSON object, without an id [CONN-06]', () => {
    const answers = ['{', '', 'null', '[]', '"ping"', '7', '[{"id":"1","type":"ping"}]'].map(refusal)

    expect(answers).toEqual(
      answers.map(() => expect.objectContaining({ id: null, code: 'FRAME_NOT_JSON', retry: 'never' })),
    )
  })

  it('refuses an unknown command with the nearest one [CONN-06]', () => {
    expect(refusal('{"id":"1","type":"thread.opne","threadId":"t","after":0}')).toEqual({
      id: '1',
      code: 'COMMAND_UNKNOWN',
      retry: 'never',
      message: 'There is no command "thread.opne"; the nearest is "thread.open"',
    })
  })

  it('refuses a wrong shape with the path of each fault, as JSON Pointers [CONN-06]', () => {
    expect(
      refusal('{"id":"1","type":"message.send","threadId":7,"parts":[{"type":"text"}],"idempotencyKey":"k"}'),
    ).toEqual({
      id: '1',
      code: 'COMMAND_INVALID',
      retry: 'never',
      message: expect.stringContaining('/parts/0/text'),
      paths: [
        { path: '/threadId', message: expect.any(String) },
        { path: '/parts/0/text', message: expect.any(String) },
      ],
    })
  })

  it('refuses a command without an id, with an empty one, or without a type, and says where', () => {
    const paths = ['{"type":"ping"}', '{"id":"","type":"ping"}', '{"id":7,"type":"ping"}', '{"id":"1"}'].map(refusal)

    expect(paths).toEqual([
      expect.objectContaining({ id: null, paths: [expect.objectContaining({ path: '/id' })] }),
      expect.objectContaining({ id: null, paths: [expect.objectContaining({ path: '/id' })] }),
      expect.objectContaining({ id: null, paths: [expect.objectContaining({ path: '/id' })] }),
      expect.objectContaining({ id: '1', paths: [expect.objectContaining({ path: '/type' })] }),
    ])
  })

  it('is not led astray by names that every object has', () => {
    const answers = ['constructor', '__proto__', 'hasOwnProperty'].map((type) =>
      refusal(JSON.stringify({ id: '1', type })),
    )
    const polluted = refusal('{"id":"1","type":"ping","__proto__":{"admin":true}}')

    expect(answers).toEqual(answers.map(() => expect.objectContaining({ code: 'COMMAND_UNKNOWN' })))
    expect(polluted).toMatchObject({ code: 'COMMAND_INVALID' })
  })

  it('counts the characters of all parts of a message together', () => {
    const send = (...texts: string[]): unknown =>
      refusal(
        JSON.stringify({
          id: '1',
          type: 'message.send',
          threadId: 't',
          idempotencyKey: 'k',
          parts: texts.map((text) => ({ type: 'text', text })),
        }),
      )

    expect(send('12345', '67890')).toMatchObject({ ok: true })
    expect(send('12345', '678901')).toMatchObject({ code: 'MESSAGE_TOO_LONG', message: expect.stringContaining('11') })
  })

  it('sends back no more than a little of what it was sent', () => {
    const answer = refusal(JSON.stringify({ id: '1', type: 'x'.repeat(60_000) }))

    expect(JSON.stringify(answer).length).toBeLessThan(300)
  })
})
