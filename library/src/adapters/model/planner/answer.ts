/**
 * The answer in words: what came of each request, in the order they were made. It says what happened and what to do, and
 * claims nothing that no result shows.
 *
 * @module
 */
import type { CallOutcome } from '../../../protocol/vocabulary.ts'
import { isNegated } from './clauses.ts'
import type { Done, Open, Turn } from './conversation.ts'
import { objectOf, type Parameter } from './parameters.ts'
import { inline, present } from './present.ts'
import type { Progress } from './progress.ts'
import type { Topic } from './talk.ts'
import type { Plan, Task } from './task.ts'
import type { IndexedTool, ToolIndex } from './tool-index.ts'
import { splitName } from './words.ts'

export interface Answer {
  readonly text: string
  readonly open: readonly Open[]
}

const INTRODUCTION = `_I am the small built-in model: no neural network, I match what you write with the tools I have. To connect a real model, start the server with \`TOOLCRIB_MODEL=openai:MODEL\` (or \`anthropic:MODEL\`, \`google:MODEL\`, \`openai-compatible:MODEL@BASE_URL\`)._`

export function writeAnswer(
  plan: Plan,
  progress: Progress,
  options: { readonly index: ToolIndex; readonly first: boolean; readonly turn?: Turn },
): Answer {
  const { index, first, turn } = options
  const attached = sayAttached(turn?.attached ?? [])
  // Who only attached something has asked for nothing that could be refused.
  if (attached !== '' && turn?.text.trim() === '') {
    return { text: first ? `${INTRODUCTION}\n\n${attached}` : attached, open: [] }
  }
  const shown = plan.tasks.filter((task) => task.type !== 'dropped')
  const parts: string[] = []
  const open: Open[] = []
  for (const [at, task] of plan.tasks.entries()) {
    const text = sayTask(task, at, { plan, progress, index, several: shown.length > 1 })
    if (task.type === 'ask' || task.type === 'choice') {
      open.push(task.open)
      if (open.length > 1) continue
    }
    if (text !== '') parts.push(text)
  }
  if (open.length > 1)
    parts.push(
      `After that I have ${open.length === 2 ? 'one more question' : `${open.length - 1} more questions`} about the rest.`,
    )
  for (const one of progress.stray) parts.push(sayResult(one, splitName(one.tool)))
  if (plan.left > 0)
    parts.push(
      `I took the first requests of your message and left ${plan.left} out; send the rest in a message of its own.`,
    )
  if (attached !== '') parts.push(attached)
  const onlyWho = shown.length === 1 && shown[0]?.type === 'talk' && shown[0].topic === 'who'
  const body = parts.join('\n\n')
  return { text: first && !onlyWho ? `${INTRODUCTION}\n\n${body}` : body, open }
}

function sayTask(
  task: Task,
  at: number,
  context: { readonly plan: Plan; readonly progress: Progress; readonly index: ToolIndex; readonly several: boolean },
): string {
  const { plan, progress, index, several } = context
  switch (task.type) {
    case 'dropped':
      return ''
    case 'talk':
      return sayTalk(task.topic, index)
    case 'call': {
      const done = progress.done.get(at)
      const name = splitName(task.indexed.tool.name)
      const again = plan.tasks.some((one, index) => index !== at && one.type === 'call' && one.indexed === task.indexed)
      if (done) return sayResult(done, several ? (again ? `${name}${particulars(done)}` : name) : undefined)
      const why =
        progress.blocked.get(at) === 'failed_before'
          ? 'it needed a result that did not come'
          : 'the earlier result has nothing in it that fits'
      return `I did not do “${brief(task.clause)}” (${name}): ${why}.`
    }
    case 'ask':
      return sayQuestion(task)
    case 'choice':
      return `Do you mean ${task.tools.map((one, number) => `**${number + 1}. ${splitName(one.tool.name)}** (${briefDescription(one)})`).join(' or ')}? Answer with its number or name.`
    case 'nothing':
      return sayRefusal(task, index, several)
  }
}

/** What became of the files of the message: it claims to have seen none that it has not. */
function sayAttached(attached: Turn['attached']): string {
  const named = (files: Turn['attached']): string => files.map(({ name }) => `“${inline(name)}”`).join(' and ')
  const images = attached.filter(({ mediaType }) => mediaType.startsWith('image/'))
  const texts = attached.filter((one) => !images.includes(one))
  const lines = [
    ...(images.length === 0 ? [] : [`I cannot look at images, so I have not seen ${named(images)}.`]),
    ...(texts.length === 0
      ? []
      : [`I do not act on what stands in ${named(texts)}: write in the message itself what I am to do.`]),
  ]
  return lines.join(' ')
}

function sayResult(done: Done, heading: string | undefined): string {
  if (done.outcome === 'ok') {
    const shown = present(done.output, done.input)
    if (heading === undefined) return shown
    return /^(?:[-|#>]|\d+\.\s)/.test(shown) || shown.includes('\n')
      ? `**${capital(heading)}**\n\n${shown}`
      : `${capital(heading)}: ${shown}`
  }
  const what = `**${splitName(done.tool)}**`
  const message = done.error && inline(done.error.message).replace(`"${done.tool}" failed: `, '')
  const detail = message ? ` ${sentence(message)}` : ''
  const paths = done.error?.paths
    ?.map((one) => `\`${one.path.replace(/^\//, '') || 'input'}\`: ${inline(one.message)}`)
    .join('; ')
  const where = paths && !done.error?.message.includes(done.error.paths?.[0]?.message ?? '\u0000') ? ` (${paths})` : ''
  return `${what} ${said(done.outcome)}${detail}${where}${advice(done)}`
}

/** What tells two calls of one tool apart: their short arguments. */
function particulars(done: Done): string {
  const shown = done.outcome === 'ok' ? present(done.output, done.input) : ''
  const values = Object.values(objectOf(done.input) ?? {}).filter(
    (one) => typeof one === 'string' || typeof one === 'number',
  )
  const said = values.map(String).join(', ')
  return said === '' || said.length > 60 || shown.includes(inline(said)) ? '' : ` (${inline(said)})`
}

function said(outcome: CallOutcome | undefined): string {
  switch (outcome) {
    case 'failed':
      return 'failed.'
    case 'invalid':
      return 'did not accept what I gave it.'
    case 'refused':
      return 'was refused, and nothing was done.'
    case 'timed_out':
      return 'took too long and was stopped.'
    case 'cancelled':
      return 'was cancelled.'
    case 'abandoned':
      return 'did not stop in time; what it did is not known.'
    case 'unknown':
      return 'was interrupted; whether it took effect is not known, check before you repeat it.'
    default:
      return 'gave no result.'
  }
}

function advice(done: Done): string {
  if (done.outcome === 'invalid') return ' Say it with other values and I try again.'
  if (done.outcome === 'timed_out' || (done.outcome === 'failed' && done.error?.retry === 'later'))
    return ' You can ask for it again.'
  return ''
}

function sayQuestion(task: Task & { type: 'ask' }): string {
  const { parameter, indexed } = task
  const name = `**${splitName(indexed.tool.name)}**`
  const unread = task.unread === undefined ? '' : `I could not read “${brief(task.unread)}” as ${wanted(parameter)}. `
  const example =
    parameter.examples[0] === undefined ? '' : ` For example: \`${parameter.examples[0].replaceAll('`', '')}\`.`
  const choices =
    parameter.choices.length > 0
      ? ` One of: ${parameter.choices
          .slice(0, 12)
          .map((one) => `\`${String(one)}\``)
          .join(', ')}.`
      : ''
  const about = parameter.description ? `: ${small(inline(parameter.description.replace(/[.\s]+$/, '')))}` : ''
  return `${unread}To ${name} I still need **${parameter.path.map(splitName).join(' › ')}**${about}.${choices || example} What should it be?`
}

function wanted(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'number':
    case 'amount':
    case 'count':
      return parameter.integer ? 'a whole number' : 'a number'
    case 'date':
    case 'date-time':
      return 'a date'
    case 'time':
      return 'a time'
    case 'choice':
      return 'one of the choices'
    case 'boolean':
      return 'yes or no'
    case 'email':
      return 'an e-mail address'
    case 'url':
      return 'a web address'
    default:
      return `the ${parameter.said}`
  }
}

function sayRefusal(task: Task & { type: 'nothing' }, index: ToolIndex, several: boolean): string {
  if (isNegated(task.clause)) return `I leave it: “${brief(task.clause)}”.`
  if (several) return `I have no tool for “${brief(task.clause)}”, so I left it.`
  const readable = /[\p{L}\p{N}]/u.test(task.clause)
  const able = capabilities(index, task.nearest, 4)
  const refusal = readable
    ? 'I have no tool for that, so I leave it.'
    : 'There is nothing in that message that I can read.'
  return able === '' ? `${refusal} In fact I hold no tools at all.` : `${refusal} What I can do:\n\n${able}`
}

function sayTalk(topic: Topic, index: ToolIndex): string {
  const able = capabilities(index, [], 12)
  const more = able === '' ? 'I hold no tools at the moment.' : `Here is what I can do:\n\n${able}`
  switch (topic) {
    case 'hello':
      return able === ''
        ? `Hello! ${more}`
        : `Hello! Ask me for something that one of my tools does, or say “help” to see them.`
    case 'thanks':
      return 'You are welcome.'
    case 'bye':
      return 'Goodbye!'
    case 'cancel':
      return 'All right, I leave it.'
    case 'how-are-you':
      return 'I am a program, so I have no moods, but everything works. What can I do for you?'
    case 'who':
      return `I am \`builtin-planner\`, the small model built into Toolcrib. I am not a neural network: I match what you write with the tools I hold, fill in their arguments from your words, and show what they answer. To connect a real model, start the server with \`TOOLCRIB_MODEL=openai:MODEL\` (or \`anthropic:MODEL\`, \`google:MODEL\`, \`openai-compatible:MODEL@BASE_URL\`).`
    case 'help':
      return `${more}${able === '' ? '' : '\n\nYou can ask for several things at once, and say “… and then …” to go on with a result.'}`
  }
}

function capabilities(index: ToolIndex, nearest: readonly IndexedTool[], max: number): string {
  const listed = [...new Set([...nearest, ...index.tools])].slice(0, max)
  const rest = index.tools.length - listed.length
  const lines = listed.map((one) => `- **${splitName(one.tool.name)}**: ${briefDescription(one)}`)
  return lines.join('\n') + (rest > 0 ? `\n- … and ${rest} more` : '')
}

function briefDescription(one: IndexedTool): string {
  const first = /^[\s\S]{1,200}?[.!?](?=\s|$)/.exec(one.tool.description)?.[0] ?? one.tool.description
  const flat = inline(first.trim().replace(/\.$/, ''))
  return flat.length > 160 ? `${flat.slice(0, 160).replace(/[\s,;(]+\S*$/, '')} …` : flat
}

function brief(text: string): string {
  const flat = inline(text)
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat.replace(/[.?!]+$/, '')
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** `The unit` becomes `the unit`; `IANA zone` stays. */
function small(text: string): string {
  return /^\p{Lu}\p{L}*\p{Lu}/u.test(text) ? text : text.slice(0, 1).toLowerCase() + text.slice(1)
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
