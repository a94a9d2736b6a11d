/**
 * The model that has the works done. The law: all it says is a function of the messages, and each value in it carries the
 * owner of the last message that a person wrote.
 *
 * @module
 */
import type { Model, ModelMessage } from 'toolcrib/agent'
import { createScriptedModel, type ScriptedStep } from 'toolcrib/testing'
import { type CanaryKind, canary, firstOf } from './canary.ts'
import type { Observer } from './observer.ts'
import { type Work, workOf } from './works.ts'

type Own = (kind: CanaryKind) => string

export function createWorksModel(observer: Observer): Model {
  return createScriptedModel(
    ({ messages, tools }) => {
      const asked = lastMessage(messages)
      const mark = firstOf(asked, 'message')
      if (mark === undefined) return { text: 'Nothing was asked.' }
      // A model is not told whose run it is: that all it reads is of one owner is what is seen here.
      observer.see({ kind: 'model request', of: mark.owner }, JSON.stringify({ messages, tools }))
      const own: Own = (kind) => canary(mark.owner, kind, mark.number)
      const last = messages.at(-1)
      if (last?.role === 'tool') return afterCalls(last, workOf(asked), own)
      return { thinking: own('thought'), ...firstStep(workOf(asked), own) }
    },
    { record: false, name: 'works' },
  )
}

function firstStep(work: Work, own: Own): ScriptedStep {
  const value = own('argument')
  switch (work) {
    case 'talk':
      return { text: [own('answer'), ', it is said.'] }
    case 'note':
      return { text: own('answer'), calls: [{ tool: 'save_note', input: { title: value, text: value } }] }
    case 'notes':
    case 'forget':
      return { calls: [{ tool: 'list_notes' }] }
    case 'hold':
      return { calls: ['hold_app', 'hold_user', 'hold_run'].map((tool) => ({ tool, input: { value } })) }
    case 'secret':
    case 'slip':
      return { calls: [{ tool: work, input: { value, password: own('secret'), hidden: own('secret') } }] }
    case 'output':
    case 'hang':
    case 'deaf':
      return { text: [own('answer'), ' and on'], calls: [{ tool: work, input: { value } }] }
    case 'page':
      return { calls: ['look_at_page', own('offer')].map((tool) => ({ tool, input: { value } })) }
    case 'file':
      return { text: `${own('answer')}, it is attached.` }
    case 'pay':
      return { calls: [1, 2].map((amount) => ({ tool: 'pay', input: { value: own('payment'), amount } })) }
    case 'delegate':
      return { calls: [{ tool: 'delegate', input: { message: `note ${own('message')}` } }] }
    case 'script':
      return { calls: [{ tool: 'run_javascript', input: { code: keepOnGlobal(value) } }] }
    default:
      return work satisfies never
  }
}

/** Asks for the first of the notes to be deleted, or repeats what it read. */
function afterCalls({ results }: Extract<ModelMessage, { readonly role: 'tool' }>, work: Work, own: Own): ScriptedStep {
  const text = JSON.stringify(results)
  const noteId = /"noteId":"(\w+)"/.exec(text)?.[1]
  const isListed = results.some(({ tool }) => tool === 'list_notes')
  if (work === 'forget' && isListed && noteId !== undefined)
    return { calls: [{ tool: 'delete_note', input: { noteId } }] }
  return { text: `${own('answer')} ${text.slice(0, 2_000)}` }
}

function keepOnGlobal(value: string): string {
  const kept = JSON.stringify(value)
  return `const before = globalThis.kept; globalThis.kept = ${kept}; [before ?? null, globalThis.kept]`
}

function lastMessage(messages: readonly ModelMessage[]): string {
  const last = messages.findLast((message) => message.role === 'user')
  return last?.role === 'user' ? last.parts.map((part) => ('text' in part ? part.text : '')).join('\n') : ''
}
