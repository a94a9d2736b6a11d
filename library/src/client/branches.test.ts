import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageAdded } from '../protocol/events.ts'
import { branchOf } from './branches.ts'
import { applyEvent, type Conversation, emptyConversation, prependEvents } from './conversation.ts'

type Follows = string | null | undefined

function message(messageId: string, follows: Follows): MessageAdded {
  const runId = `run of ${messageId}`
  const branch = follows === undefined ? {} : { follows }
  return {
    type: 'message_added',
    messageId,
    runId,
    role: 'user',
    parts: [{ type: 'text', text: messageId }],
    ...branch,
  }
}

/** Messages by name, each with what it follows. */
function conversationOf(messages: readonly (readonly [string, Follows])[], after = 0): Conversation {
  return messages
    .map(([name, follows], index) => ({ seq: after + index + 1, at: 0, event: message(name, follows) }))
    .reduce(applyEvent, emptyConversation)
}

function names(conversation: Conversation, messageId?: string): readonly string[] {
  return branchOf(conversation, messageId).map(({ turn }) => turn.messageId)
}

const edited = conversationOf([
  ['a', undefined],
  ['b', undefined],
  ['b2', 'a'],
  ['c2', undefined],
  ['a2', null],
])

describe('the branches of a conversation', () => {
  it('are one, in the order of the log, as long as no message says what it follows', () => {
    const plain = conversationOf([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
    ])

    expect(names(plain)).toEqual(['a', 'b', 'c'])
    expect(branchOf(plain).map(({ versions }) => versions)).toEqual([['a'], ['b'], ['c']])
  })

  it('show the newest, and any other by one of its messages, each to its own end', () => {
    expect(names(edited)).toEqual(['a2'])
    expect(names(edited, 'a')).toEqual(['a', 'b2', 'c2'])
    expect(names(edited, 'b')).toEqual(['a', 'b'])
    expect(names(edited, 'b2')).toEqual(['a', 'b2', 'c2'])
    expect(names(edited, 'not there')).toEqual(['a2'])
  })

  it('count the versions of a message, oldest first', () => {
    expect(branchOf(edited, 'b').map(({ versions }) => versions)).toEqual([
      ['a', 'a2'],
      ['b', 'b2'],
    ])
  })

  it('do not guess what came before where the conversation was opened', () => {
    const later = conversationOf(
      [
        ['c', undefined],
        ['c2', 'b'],
        ['a2', null],
      ],
      10,
    )

    expect(later.turns.map(({ follows }) => follows)).toEqual([undefined, 'b', null])
    expect(names(later, 'c2')).toEqual(['c2'])
    expect(branchOf(later, 'c')[0]?.versions).toEqual(['c'])
  })

  it('are known once what came before is there', () => {
    const events = ['a', 'b', 'c'].map((name, index) => ({ seq: index + 1, at: 0, event: message(name, undefined) }))
    const last = events.slice(2).reduce(applyEvent, emptyConversation)

    const middle = prependEvents(last, events.slice(1, 2))
    const whole = prependEvents(middle, events.slice(0, 1))

    expect(middle.turns.map(({ follows }) => follows)).toEqual([undefined, 'b'])
    expect(whole).toEqual(events.reduce(applyEvent, emptyConversation))
  })

  it('are each found from every message in them, and hold every message once or more', () => {
    const trees = fc.array(fc.option(fc.nat(20), { nil: undefined, freq: 3 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(trees, (parents) => {
        const conversation = conversationOf(
          parents.map((parent, index): [string, Follows] => [
            `m${index}`,
            parent === undefined || index === 0 ? undefined : `m${parent % index}`,
          ]),
        )

        const branches = conversation.turns.map(({ messageId }) => names(conversation, messageId))

        expect(branches.every((branch, index) => branch.includes(`m${index}`))).toBe(true)
        expect(branches.every((branch) => branch[0] === 'm0')).toBe(true)
        expect(names(conversation).at(-1)).toBe(`m${parents.length - 1}`)
      }),
    )
  })
})
