/**
 * Approvals that wait for the person at the terminal. The law: they are asked one after the other, and a line that is no
 * answer is none.
 *
 * @module
 */
import type { Client } from 'toolcrib/client'
import { explicitJson, type InboxApproval, type JsonValue } from 'toolcrib/protocol'
import { printable } from '../printable.ts'
import type { Paint } from './event-printer.ts'

export interface Question {
  readonly approvalId: string
  readonly tool: string
  readonly input: JsonValue
  /** The tool is of the requester's own client. */
  readonly offered?: true
  /** Somebody else, for whom it would run. */
  readonly requester?: InboxApproval['requester']
}

export interface Questions {
  /** Asks at once when nothing else is asked. */
  add(question: Question): void
  /** A line is an answer now. */
  readonly isAsking: boolean
  answer(line: string): Promise<void>
  /** Those of the thread that was left are not asked any more. */
  clear(): void
}

export interface QuestionsOptions {
  readonly client: Client
  readonly paint: Paint
  readonly note: (line: string) => void
  readonly prompt: () => void
}

const MAX_LINE_CHARS = 160

export function createQuestions({ client, paint, note, prompt }: QuestionsOptions): Questions {
  let waiting: readonly Question[] = []

  function ask({ tool, input, offered, requester }: Question): void {
    const whose = requester === undefined ? '' : ` for ${describe(requester)}`
    const subject = `${printable(tool)}${offered ? `, a tool of ${requester === undefined ? 'your own' : 'their'} client,` : ''}`
    const line = explicitJson(input)
    // All of it, however long: nobody is asked to agree to what they were not shown.
    if (line.length > MAX_LINE_CHARS) note(explicitJson(input, { indent: 2 }))
    const shown = line.length > MAX_LINE_CHARS ? 'all of the above' : line
    note(paint.strong(`May ${subject} run${whose} with ${shown}? [y/n, or n and the reason]`))
    prompt()
  }

  return {
    get isAsking() {
      return waiting.length > 0
    },
    add(question) {
      if (waiting.some(({ approvalId }) => approvalId === question.approvalId)) return
      waiting = [...waiting, question]
      if (waiting.length === 1) ask(question)
    },
    async answer(line) {
      const [asked] = waiting
      const yes = /^y(es)?$/i.test(line)
      const no = /^no?(?:[\s,]+(?<reason>.+))?$/i.exec(line)
      if (asked === undefined) return
      if (!yes && no === null) return note('Answer y or n; after n you may say why.')
      waiting = waiting.slice(1)
      const reason = no?.groups?.reason
      try {
        const why = reason === undefined ? {} : { reason }
        await client.answer(asked.approvalId, yes ? { decision: 'approved' } : { decision: 'denied', ...why })
      } finally {
        const [next] = waiting
        if (next !== undefined) ask(next)
        else if (asked.requester !== undefined) prompt()
      }
    },
    clear() {
      waiting = []
    },
  }
}

/** A name is what somebody calls themselves; the user beside it is who they are. */
export function describe({ user, name }: InboxApproval['requester']): string {
  return name === undefined || name === user ? printable(user) : `${printable(name)} (${printable(user)})`
}
