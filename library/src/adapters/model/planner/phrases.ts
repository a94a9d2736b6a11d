/**
 * Words that stand where an argument is looked for: after a name of it, a preposition, a colon. Nothing is taken that no
 * such sign points to.
 *
 * @module
 */
import { GONE, type Ground } from './ground.ts'
import type { Parameter } from './parameters.ts'
import { markPattern, type Piece, unmask } from './protected-text.ts'
import type { IndexedTool } from './tool-index.ts'
import { stem, stopWords, synonymsOf, wordsOf } from './words.ts'

/** Names that are too common in sentences to be a sign by themselves. */
const COMMON =
  /^(?:from|to|in|at|by|on|of|for|with|as|text|time|date|day|start|end|name|value|query|code|note|document|message)$/

const TITLE_SIGNS =
  'titled|entitled|called|named|headed|with (?:the )?(?:title|subject|heading|name)|title|subject(?: line)?|heading'

/** `title: X`, `title "X"`, `with the title X`. */
export function named(ground: Ground, parameter: Parameter): string | undefined {
  const name = escaped(parameter.said).replaceAll(' ', '[ _-]?')
  const sign = parameter.kind === 'title' ? `(?:${TITLE_SIGNS})` : `(?:${name})`
  const lead = `(?<![\\p{L}\\p{N}_])(?:(?:with|and|using|,)\\s+)?(?:(?:the|a|an|its|my)\\s+)?${sign}`
  const quoted = ground.capture(new RegExp(`${lead}\\s*(?::|=|is|as|of|reads|says)?\\s*(${markPattern})`, 'diu'))
  if (quoted !== undefined) return quoted
  const rest =
    parameter.kind === 'text'
      ? '[sS]+'
      : '[^,;\\n]+?(?=\\s+(?:and|with)\\s+(?:the\\s+|a\\s+)?[\\p{L}]+\\s*[:="“]|[,;\\n]|\\.?\\s*$)'
  const after = ground.capture(new RegExp(`${lead}\\s*(?::|=)\\s*(${rest})`, 'diu'))
  if (after !== undefined) return parameter.kind === 'text' && ground.tail !== '' ? after + ground.tail : after
  if (COMMON.test(parameter.said) || parameter.kind === 'text' || parameter.kind === 'query') return undefined
  const words =
    parameter.kind === 'title'
      ? `[^,;:\\n${GONE}]+?(?=\\s+(?:and|with|saying|for|on|at|tomorrow|today)\\b|[,;:\\n${GONE}]|[.?!]?\\s*$)`
      : '[^\\s,;:?!]+(?<![.])'
  const plain = ground.capture(new RegExp(`${lead}\\s+(?:is\\s+|of\\s+)?(${words})`, 'diu'))
  return plain !== undefined && stopWords.has(plain.toLowerCase()) ? undefined : plain
}

/** The text after a colon, after "saying", or after "remember that". */
export function freeText(ground: Ground, pieces: readonly Piece[]): string | undefined {
  const text = ground.text + ground.tail
  const colon = /:(?=\s|\uFDD0|$)/.exec(text)
  if (colon) {
    const value = clean(text.slice(colon.index + 1), pieces)
    if (value !== '') {
      ground.take(colon.index, text.length)
      return value
    }
  }
  const saying =
    /(?<![\p{L}])(?:saying|that says|which says|reading|telling (?:him|her|them))\s+(?:that\s+)?([\s\S]+)$/diu
  const told =
    /(?<![\p{L}])(?:remember|note|save|record|write|jot|put|down|know|remind me|memo)\b[^.,]{0,30}?\s?(?<![\p{L}])that\s+(?!(?:as|to|in|into|for|down|please|one|result|answer|number|value|note|away)\b|[.?!]?\s*$)([\s\S]+)$/diu
  const todo = /(?<![\p{L}])remember to ([\s\S]+)$/diu
  for (const pattern of [saying, told, todo]) {
    const range = pattern.exec(text)?.indices?.[1]
    if (!range) continue
    const value = clean(text.slice(range[0], range[1]), pieces)
    if (value === '') continue
    ground.take(range[0], range[1])
    return value
  }
  return undefined
}

/** One sentence loses its full stop; a trailing "please" and taken places go. */
function clean(masked: string, pieces: readonly Piece[]): string {
  const bare = masked
    .replace(new RegExp(`[${GONE}]+`, 'g'), ' ')
    .replace(/[,\s]+(?:please|pls|thanks|thank you)[.!]*\s*$/i, '')
    .trim()
  const only = new RegExp(`^${markPattern}[.!]?$`, 'u').test(bare) ? bare.replace(/[.!]$/, '') : bare
  const value =
    only.length === 2
      ? unmask(only, pieces)
          .replace(/^(["`])([\s\S]*)\1$/, '$2')
          .trim()
      : unmask(only, pieces)
  return /^[^.!?]*\.$/.test(value) ? value.slice(0, -1) : value
}

const QUERY_END = new RegExp(
  `(?:[\\s,]+(?:please|pls|thanks|thank you|for me|right now|now|today|again|if you can|if possible|and (?:show|tell|give) me[sS]*))+[.?!\\s]*$|[.?!,\\s${GONE}]+$`,
  'i',
)

/** What to look for: after "about", "for", "mentioning"; or, when `object` holds, the object of the verb. */
export function query(ground: Ground, indexed: IndexedTool, object: boolean): string | undefined {
  takeContainers(ground, indexed)
  const sign =
    /(?<![\p{L}])(?:about|for|mentioning|mentions?|regarding|concerning|containing|contains?|matching|related to|relating to|that talk about|on|say about|with the words?)\s+([\s\S]+)$/diu
  for (const pattern of [sign]) {
    const range = pattern.exec(ground.text)?.indices?.[1]
    const found = range && searched(ground.text.slice(range[0], range[1]))
    if (range && found && !isNoun(found, indexed)) {
      ground.take(range[0], range[1])
      return found
    }
  }
  if (!object) return undefined
  const verb =
    /(?<![\p{L}])(?:search|serach|find|look(?:ing)? up|look(?:ing)? for|lookup|query|google|seek|locate)\s+([\s\S]+)$/diu
  const range = verb.exec(ground.text)?.indices?.[1]
  const found = range && searched(ground.text.slice(range[0], range[1]))
  if (!range || !found || isNoun(found, indexed)) return undefined
  ground.take(range[0], range[1])
  return found
}

function searched(text: string): string | undefined {
  let found = (text.split(GONE)[0] ?? '').replace(/[,;]\s*(?:top|first|max|up to|limit)\b[\s\S]*$/i, '')
  for (let before = ''; before !== found; ) {
    before = found
    found = found.replace(QUERY_END, '')
  }
  found = found.replace(/^(?:me\s+)?(?:(?:the|a|an|some|any|all|my|our)\s+)?/i, '').trim()
  return found === '' || stopWords.has(found.toLowerCase()) ? undefined : found
}

/** `in the docs`, `from our documentation`: where to look is the tool's own matter. */
function takeContainers(ground: Ground, indexed: IndexedTool): void {
  for (const match of ground.text.matchAll(
    /(?:^|\s)(?:in|from|within|inside|through|across|of)\s+(?:(?:the|our|my|your|all|these|those)\s+)*([\p{L}]+)(?![\p{L}.])/giu,
  )) {
    if (match[1] && isNoun(match[1], indexed)) ground.take(match.index, match.index + match[0].length)
  }
}

/** Whether each word of the text is one the tool is named by, or no content word at all. */
function isNoun(text: string, indexed: IndexedTool): boolean {
  return wordsOf(text).every((word) => stopWords.has(word.lower) || isOwnWord(word.lower, indexed))
}

function isOwnWord(lower: string, indexed: IndexedTool): boolean {
  const one = stem(lower)
  return indexed.nameStems.has(one) || synonymsOf(one).some((other) => indexed.nameStems.has(other))
}

const NAME_END =
  /^(?:please|pls|plz|right|now|today|tomorrow|tonight|yesterday|at|on|for|in|with|from|to|by|over|due|is|are|that|then|thanks|when|what|whats|there|this|next|and|or|but|saying|titled|about|worth|as|via|using|me)$/i
const NOT_A_NAME =
  /^(?:me|you|us|it|that|this|them|him|her|my|mine|here|there|the|a|an|some|something|someone|now|today|tomorrow)$/i

/** A name after one of these prepositions: capitalised words, or up to three small ones. Several when joined by "and". */
export function namesAfter(ground: Ground, prepositions: string, indexed: IndexedTool): string[] {
  const sign = new RegExp(`(?<![\\p{L}\\p{N}])(?:${prepositions})\\s+(?:the\\s+)?(?=[\\p{L}\\uFDD0])`, 'giu')
  for (const match of ground.text.matchAll(sign)) {
    const start = match.index + match[0].length
    const names = namesAt(ground, start, indexed)
    if (names.values.length === 0) continue
    ground.take(match.index, names.end)
    return names.values
  }
  return []
}

function namesAt(ground: Ground, start: number, indexed: IndexedTool): { values: string[]; end: number } {
  const values: string[] = []
  let at = start
  let end = start
  for (;;) {
    const name = nameAt(ground.text, at)
    if (!name || NOT_A_NAME.test(name.text) || isNoun(name.text, indexed)) break
    values.push(name.text)
    end = name.end
    const joint = /^\s*(?:,\s*and|,|and|&)\s+(?:(?:in|at|for|near|of|with|to|also)\s+)*/i.exec(ground.text.slice(end))
    if (!joint) break
    at = end + joint[0].length
  }
  return { values, end }
}

function nameAt(text: string, start: number): { text: string; end: number } | undefined {
  const window = text.slice(start, start + 120)
  const stop = /[,;:?!()\n\uFDD1]|\.(?:\s|$)|\uFDD0/.exec(window)?.index ?? window.length
  const words = [...window.slice(0, stop).matchAll(/[^\s]+/g)]
  const first = words[0]
  if (!first || first.index > 1) return undefined
  const capital = /^\p{Lu}/u.test(first[0])
  let last = first
  for (const [index, word] of words.entries()) {
    if (index === 0) {
      if (NAME_END.test(word[0])) return undefined
      continue
    }
    const joins =
      /^(?:de|da|do|la|le|of|del|van|von|den|der|&|el|al|los|las|san|st)$/i.test(word[0]) &&
      words[index + 1] !== undefined
    if (
      !joins &&
      (NAME_END.test(word[0]) || (capital && !/^[\p{Lu}\p{N}]/u.test(word[0])) || index > 2 + (capital ? 3 : 0))
    )
      break
    last = word
  }
  const end = start + last.index + last[0].length
  return { text: text.slice(start + first.index, end).replace(/[’']s$/, ''), end }
}

/** A run of capitalised words that is not the beginning of the sentence. */
export function capitalised(ground: Ground, indexed: IndexedTool): string | undefined {
  for (const match of ground.text.matchAll(
    /(?<=[\p{L}\p{N},’'"]\s+)\p{Lu}[\p{L}’'./-]*(?:\s+\p{Lu}[\p{L}’'./-]*)*/gu,
  )) {
    const name = match[0].replace(/[’']s$|[.]$/, '')
    if (/^I(?:['’]\w+)?$/.test(name) || isNoun(name, indexed)) continue
    ground.take(match.index, match.index + match[0].length)
    return name
  }
  return undefined
}

/** What follows a word that the tool is named by: `note n3`, `document glossary.md`. */
export function afterNoun(ground: Ground, indexed: IndexedTool, shape: RegExp): string | undefined {
  for (const match of ground.text.matchAll(
    /(?<![\p{L}\p{N}])([\p{L}]+)(?![\p{L}\p{N}])\s*(?:(?:with|by)\s+)?(?:(?:the\s+)?(?:id|number|no\.?|nr\.?|named|called)\s*)?[#:]?\s*([^\s,;?!\uFDD1]+)/giu,
  )) {
    const [whole, noun = '', following = ''] = match
    const value = following.replace(/[.]$/, '')
    if (!shape.test(value) || !isOwnWord(noun.toLowerCase(), indexed)) continue
    if (stopWords.has(value.toLowerCase()) || isOwnWord(value.toLowerCase(), indexed)) continue
    ground.take(match.index, match.index + whole.length)
    return value
  }
  return undefined
}

/** `current time new york`: one or two words at the end, right after a word the tool is named by. */
export function nameAtEnd(ground: Ground, indexed: IndexedTool): string | undefined {
  const words = wordsOf(ground.text)
  const noun = words.findLastIndex((word) => isOwnWord(word.lower, indexed))
  const name = words.slice(noun + 1)
  const [first] = name
  if (noun < 0 || !first || name.length > 2) return undefined
  if (name.some((word) => stopWords.has(word.lower) || NAME_END.test(word.lower) || !/^\p{L}/u.test(word.lower)))
    return undefined
  const end = name.at(-1)?.end ?? first.end
  if (/[^\p{L}\s'’-]/u.test(ground.text.slice(words[noun]?.end, end))) return undefined
  const found = ground.text.slice(first.start, end)
  ground.take(first.start, end)
  return found
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
