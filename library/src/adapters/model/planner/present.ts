/**
 * Results as people read them: Markdown from any JSON. It shows what came back and adds nothing; text from a tool is data,
 * and cannot load an image or open a tag.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../../../protocol/vocabulary.ts'
import { objectOf } from './parameters.ts'
import { splitName } from './words.ts'

const MAX_TEXT = 4000
const MAX_ROWS = 20
const MAX_COLUMNS = 6
const MAX_DEPTH = 4
const SAID_KEYS = ['human', 'sentence', 'display', 'formatted', 'summary', 'message']
const RESULT_KEYS = ['result', 'answer', 'value']
const BODY_KEYS = ['text', 'content', 'body', 'markdown']
const HEAD_KEYS = ['title', 'name', 'heading', 'subject', 'label', 'document', 'path', 'id']
const SNIPPET_KEYS = ['snippet', 'excerpt', 'summary', 'description', 'text', 'content']

export function present(output: JsonValue | undefined, input: JsonValue): string {
  if (output === undefined || output === null) return 'Done.'
  if (typeof output === 'string') return output.trim() === '' ? 'Done; there was nothing to show.' : block(output)
  if (typeof output !== 'object') return `**${inline(output)}**`
  return Array.isArray(output) ? presentList(output) : presentObject(output as JsonObject, input, 0)
}

/** A result in one piece of plain text, for an argument that takes text. */
export function plainText(output: JsonValue, input: JsonValue): string {
  if (output === null || typeof output !== 'object') return String(output)
  const object = objectOf(output)
  const said = object && (textAt(object, SAID_KEYS) ?? textAt(object, BODY_KEYS))
  if (said !== undefined) return said
  const result = object && scalarAt(object, RESULT_KEYS)
  if (object && result !== undefined) return equation(object, result, input) ?? String(result)
  return present(output, input)
    .replace(/\*\*|`/g, '')
    .replace(/\\([<![\]|])/g, '$1')
}

function presentObject(object: JsonObject, input: JsonValue, depth: number): string {
  const entries = Object.entries(object).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  )
  const empty = Object.values(object).some((value) => Array.isArray(value) && value.length === 0)
  if (entries.length === 0) return empty ? 'Nothing was found.' : 'Done; there was nothing to show.'
  const said = textAt(object, SAID_KEYS)
  const body = textAt(object, BODY_KEYS)
  const lists = entries.filter((entry): entry is [string, readonly JsonValue[]] => Array.isArray(entry[1]))
  const [mainKey, main] = entries.find(([key]) => RESULT_KEYS.includes(key)) ?? []

  if (lists.length === 0 && said !== undefined) return block(said) + remainder(object)
  if (body !== undefined && lists.length === 0) {
    const title = textAt(object, ['title', 'heading', 'name', 'subject', 'document'])
    const heading = title !== undefined && body.slice(0, title.length + 8).includes(title) ? undefined : title
    return `${heading === undefined ? '' : `**${inline(heading)}**\n\n`}${block(body)}${remainder(object)}`
  }
  if (mainKey !== undefined && main !== undefined) {
    return presentMain(main, { object, input, others: entries.filter(([key]) => !RESULT_KEYS.includes(key)), depth })
  }
  const [only] = lists
  const scalars = entries.filter(([key, value]) => typeof value !== 'object' && !/^(?:query|limit)$/.test(key))
  if (lists.length === 1 && only) {
    const more = scalars.map(([key, value]) => `${splitName(key)}: ${inline(value)}`).join(', ')
    return `${presentList(only[1])}${more ? `\n\n_${more}_` : ''}`
  }
  if (lists.length === 0 && empty && scalars.length === entries.length) {
    const more = scalars.map(([key, value]) => `${splitName(key)}: ${inline(value)}`).join(', ')
    return `Nothing was found.${more ? ` _(${more})_` : ''}`
  }
  return bullets(entries, depth)
}

/** A `result`, `answer` or `value`, and what came with it. */
function presentMain(
  main: JsonValue,
  from: {
    readonly object: JsonObject
    readonly input: JsonValue
    readonly others: readonly (readonly [string, JsonValue])[]
    readonly depth: number
  },
): string {
  const equal = typeof main === 'object' ? undefined : equation(from.object, main, from.input)
  if (equal !== undefined) return bold(equal)
  const scalars = from.others.filter(([, value]) => typeof value !== 'object')
  const lists = from.others.filter(([, value]) => typeof value === 'object')
  const more = scalars.map(([key, value]) => `${splitName(key)}: ${inline(value)}`).join(', ')
  const text = typeof main === 'string' && main.includes('\n')
  const shown = typeof main === 'object' || text ? fenced(main) : `**${inline(main)}**`
  return `${shown}${more ? ` (${more})` : ''}${lists.length > 0 ? `\n\n${bullets(lists, from.depth)}` : ''}`
}

function fenced(value: JsonValue): string {
  const short = typeof value === 'string' ? value : JSON.stringify(value)
  const text = typeof value === 'string' || short.length <= 80 ? short : JSON.stringify(value, null, 2)
  const cut =
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n… (cut here: ${text.length} characters in all)` : text
  const fence = '`'.repeat(Math.max(3, ...[...cut.matchAll(/`+/g)].map((run) => run[0].length + 1)))
  return `${fence}\n${cut}\n${fence}`
}

/** `17 * 23 = 391`, `5 miles = 8.05 km`: when the fields of input and output say so. */
function equation(object: JsonObject, result: JsonValue, input: JsonValue): string | undefined {
  const given = { ...object, ...objectOf(input) }
  const { expression, value, from, to, unit } = given
  if (typeof expression === 'string') return `${expression} = ${textOf(result)}`
  if (typeof value === 'number' && typeof from === 'string' && typeof to === 'string') {
    return `${value} ${from} = ${textOf(result)} ${typeof unit === 'string' ? unit : to}`
  }
  return undefined
}

function bold(equal: string): string {
  const at = equal.lastIndexOf(' = ')
  return `${inline(equal.slice(0, at))} = **${inline(equal.slice(at + 3))}**`
}

function presentList(list: readonly JsonValue[]): string {
  if (list.length === 0) return 'Nothing was found.'
  const shown = list.slice(0, MAX_ROWS)
  const more = list.length > shown.length ? `\n\n… and ${list.length - shown.length} more.` : ''
  const objects = shown.map((one) => objectOf(one))
  const flat = objects.every((one): one is JsonObject => one !== undefined)
  if (!flat) return `${shown.map((one) => `- ${line(one)}`).join('\n')}${more}`
  const hits = objects.every((one) => textAt(one, HEAD_KEYS) !== undefined && textAt(one, SNIPPET_KEYS) !== undefined)
  return `${hits ? presentHits(objects) : presentTable(objects)}${more}`
}

function presentHits(hits: readonly JsonObject[]): string {
  return hits
    .map((hit, index) => {
      const head = textAt(hit, HEAD_KEYS) ?? ''
      const snippet = (textAt(hit, SNIPPET_KEYS) ?? '').replace(/\s+/g, ' ').slice(0, 300)
      const ids = Object.entries(hit)
        .filter(
          ([key, value]) => /^(?:document|path|url|id|.*Id)$/.test(key) && typeof value !== 'object' && value !== head,
        )
        .map(([, value]) => value)
      const where = ids.length > 0 ? ` (\`${inline(ids[0] ?? '').replaceAll('`', '')}\`)` : ''
      return `${index + 1}. **${inline(head)}**${where}${snippet && snippet !== head ? `\n   ${inline(snippet)}` : ''}`
    })
    .join('\n')
}

function presentTable(rows: readonly JsonObject[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS)
  const cell = (value: JsonValue | undefined): string =>
    line(value ?? '')
      .replaceAll('|', '\\|')
      .slice(0, 200)
  return [
    `| ${columns.map((one) => inline(splitName(one))).join(' | ')} |`,
    `|${columns.map(() => ' --- |').join('')}`,
    ...rows.map((row) => `| ${columns.map((one) => cell(row[one])).join(' | ')} |`),
  ].join('\n')
}

function bullets(entries: readonly (readonly [string, JsonValue])[], depth: number): string {
  const indent = '  '.repeat(depth)
  return entries
    .slice(0, 40)
    .map(([key, value]) => {
      const inner = objectOf(value)
      if (inner && depth < MAX_DEPTH)
        return `${indent}- **${inline(splitName(key))}**:\n${bullets(Object.entries(inner), depth + 1)}`
      return `${indent}- **${inline(splitName(key))}**: ${line(value)}`
    })
    .join('\n')
}

/** What a cut text says about itself: that there is more, and where. */
function remainder(object: JsonObject): string {
  const notes = Object.entries(object).filter(
    ([key, value]) =>
      /^(?:next|more|remaining|total|truncated|cut|note$|warning|hint)/i.test(key) &&
      value !== null &&
      value !== false &&
      typeof value !== 'object',
  )
  return notes.length === 0
    ? ''
    : `\n\n_${notes.map(([key, value]) => `${splitName(key)}: ${inline(value)}`).join(', ')}_`
}

function line(value: JsonValue): string {
  if (value !== null && typeof value === 'object') return inline(JSON.stringify(value).slice(0, 300))
  return inline(value)
}

export function textOf(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** No line breaks, no image, no tag: whatever a tool answered. */
export function inline(value: JsonValue): string {
  return harmless(textOf(value).replace(/\s+/g, ' '))
}

function block(text: string): string {
  const cut =
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n\n… (cut here: ${text.length} characters in all)` : text
  return harmless(cut.trim())
}

function harmless(text: string): string {
  return text.replace(/!\[/g, '!\\[').replace(/<(?=[a-z/!?])/gi, '\\<')
}

function textAt(object: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return undefined
}

function scalarAt(object: JsonObject, keys: readonly string[]): string | number | boolean | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  }
  return undefined
}
