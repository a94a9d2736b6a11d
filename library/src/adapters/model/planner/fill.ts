/**
 * The arguments of one tool, found in one clause. Every value has a sign in the text that points to it; free text is
 * never what was left over.
 *
 * @module
 */
import type { JsonPrimitive, JsonValue } from '../../../protocol/vocabulary.ts'
import { findDates } from './dates.ts'
import { findExpression, RESULT } from './expression.ts'
import { createGround, type Ground } from './ground.ts'
import { currenciesOf, measuresOf, targetUnitOf } from './measures.ts'
import { readNumber } from './numbers.ts'
import type { Kind, Parameter } from './parameters.ts'
import { afterNoun, capitalised, freeText, nameAtEnd, named, namesAfter, query } from './phrases.ts'
import { type Piece, writtenValue } from './protected-text.ts'
import type { IndexedTool } from './tool-index.ts'
import { stem, stopWords, wordsOf } from './words.ts'

/** An earlier result that "it" or "the second one" means. */
export interface Reference {
  /** 0 for the first of a list; undefined for the whole result. */
  readonly item?: number
  /** For expressions: where the result goes. */
  readonly template?: string
  /** "there": the place of an earlier request, not its result. */
  readonly place?: boolean
}

export type Value = { readonly literal: JsonValue } | { readonly reference: Reference }

export interface Filled {
  readonly values: ReadonlyMap<Parameter, Value>
  readonly missing: readonly Parameter[]
  /** 0 to 1: how much what was found speaks for this tool. */
  readonly evidence: number
  /** Further values of a name that holds one only: `Tokyo and London`. Each is a request of its own. */
  readonly others?: { readonly parameter: Parameter; readonly values: readonly string[] }
}

export interface FillOptions {
  readonly now: number
  readonly timeZone: string
  /** The clause only adds to an earlier request: `and in Paris?`. */
  readonly elliptic?: boolean
}

/** The most telling first, so that they take their text before the vague ones do. */
const order: readonly Kind[] = [
  'choice',
  'code',
  'url',
  'email',
  'unit-from',
  'unit-to',
  'currency-from',
  'currency-to',
  'currency',
  'expression',
  'count',
  'title',
  'date-time',
  'date',
  'time',
  'id',
  'file',
  'text',
  'amount',
  'number',
  'place',
  'person',
  'query',
  'phrase',
  'boolean',
  'unfillable',
]
const weights: Partial<Readonly<Record<Kind, number>>> = {
  expression: 0.62,
  code: 0.4,
  'unit-from': 0.45,
  'unit-to': 0.5,
  'currency-to': 0.2,
  url: 0.3,
  email: 0.25,
  file: 0.3,
  choice: 0.15,
  id: 0.1,
  date: 0.1,
  'date-time': 0.1,
  text: 0.12,
  place: 0.1,
  person: 0.1,
  query: 0.1,
  title: 0.08,
  amount: 0.05,
}

export function fill(masked: string, pieces: readonly Piece[], indexed: IndexedTool, options: FillOptions): Filled {
  const ground = createGround(masked, pieces)
  const values = new Map<Parameter, Value>()
  const sorted = [...indexed.parameters].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  let others: { parameter: Parameter; values: string[] } | undefined

  for (const parameter of sorted) {
    const said =
      parameter.kind === 'boolean' || parameter.kind === 'expression' || parameter.kind.startsWith('unit')
        ? undefined
        : named(ground, parameter)
    const read = said === undefined ? undefined : readAs(parameter, said, options)
    if (read !== undefined) values.set(parameter, { literal: read })
  }
  for (const parameter of sorted) {
    if (values.has(parameter)) continue
    const found = find(ground, parameter, indexed, pieces, options)
    if (found === undefined) continue
    if (isNames(found)) {
      const [first, ...more] = found.names
      if (first === undefined) continue
      if (parameter.many) values.set(parameter, { literal: found.names })
      else {
        values.set(parameter, { literal: first })
        if (more.length > 0) others = { parameter, values: more }
      }
    } else values.set(parameter, found)
  }
  for (const [parameter, value] of references(ground, sorted, values)) values.set(parameter, value)
  for (const parameter of sorted) {
    if (!values.has(parameter) && parameter.required && parameter.preset !== undefined)
      values.set(parameter, { literal: parameter.preset })
  }
  return {
    values,
    missing: indexed.parameters.filter((parameter) => !values.has(parameter) && isNeeded(parameter, values)),
    evidence: evidenceOf(values),
    ...(others === undefined ? {} : { others }),
  }
}

/** What an answer to a question for this argument means; undefined when it is none. */
export function readAnswer(
  masked: string,
  pieces: readonly Piece[],
  parameter: Parameter,
  options: FillOptions,
): JsonValue | undefined {
  const whole = writtenValue(masked, pieces)
  const bare = whole.replace(
    /^(?:it(?:'s|’s| is)|that(?:'s|’s| is)|to|in|into|for|at|the|use|call it|make it|with)\s+(?=\S)/i,
    '',
  )
  const free =
    parameter.kind === 'text' || parameter.kind === 'code' || parameter.kind === 'title' || parameter.kind === 'query'
  if (whole === '') return undefined
  if (free) return readAs(parameter, whole, options)
  return readAs(parameter, bare.replace(/[.?!]+$/, '').replace(/[,\s]+(?:please|pls|thanks)$/i, ''), options)
}

function isNeeded(parameter: Parameter, values: ReadonlyMap<Parameter, Value>): boolean {
  if (parameter.required) return true
  if (!parameter.requiredInParent || parameter.path.length < 2) return false
  const parent = parameter.path.slice(0, -1).join('.')
  return [...values.keys()].some((other) => other.path.slice(0, -1).join('.') === parent)
}

function evidenceOf(values: ReadonlyMap<Parameter, Value>): number {
  let against = 1
  for (const [parameter, value] of values) {
    const literal = 'literal' in value
    if (literal || value.reference.template !== undefined) against *= 1 - (weights[parameter.kind] ?? 0.02)
  }
  return 1 - against
}

function isNames(found: Value | { readonly names: readonly string[] }): found is { readonly names: readonly string[] } {
  return 'names' in found
}

function find(
  ground: Ground,
  parameter: Parameter,
  indexed: IndexedTool,
  pieces: readonly Piece[],
  options: FillOptions,
): Value | { readonly names: readonly string[] } | undefined {
  const { kind, required } = parameter
  const literal = (value: JsonValue | undefined): Value | undefined =>
    value === undefined ? undefined : { literal: parameter.many ? [value] : value }
  const piece = (kinds: readonly string[]): string | undefined => {
    const one = ground.pieces.find((each) => kinds.includes(each.kind))
    if (one) ground.take(one.at, one.at + 2)
    return one?.text
  }
  switch (kind) {
    case 'choice':
      return choose(ground, parameter)
    case 'code':
      return literal(piece(['fence']) ?? piece(['tick']) ?? piece(['quote']) ?? codeAfterColon(ground, pieces))
    case 'url':
      return several(
        parameter,
        allMatches(
          ground,
          /\bhttps?:\/\/[^\s<>"')\uFDD1]+[^\s<>"').,;:!?\uFDD1]|\bwww\.[^\s<>"')\uFDD1]+[^\s<>"').,;:!?\uFDD1]/giu,
        ),
      )
    case 'email':
      return several(parameter, allMatches(ground, /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu))
    case 'unit-from':
    case 'unit-to':
      return literal(unit(ground, kind))
    case 'currency':
    case 'currency-from':
      return literal(currenciesOf(ground.digits)[0]?.code)
    case 'currency-to':
      return literal(currenciesOf(ground.digits)[1]?.code)
    case 'expression':
      return expression(ground)
    case 'count':
      return literal(count(ground))
    case 'amount':
    case 'number':
      return number(ground, parameter, indexed)
    case 'date':
    case 'time':
    case 'date-time': {
      const dates = findDates(ground.text.replace(/[\uFDD0\uE000-\uE0FF]/g, '_'), { ...options, form: kind })
      const ending = /\b(?:end|until|to|due|deadline)\b/.test(parameter.said)
      const date = ending && dates.length > 1 ? dates.at(-1) : dates[0]
      if (date) ground.take(date.start, date.end)
      return literal(date?.text)
    }
    case 'id':
      return literal(
        afterNoun(ground, indexed, /^(?=.*\d)[\p{L}\p{N}][\p{L}\p{N}_-]*$/u) ??
          ground.capture(/\bid\s*(?:is|=|:|#)?\s*([\p{L}\p{N}][\p{L}\p{N}_-]*)/diu) ??
          ground.capture(/#([\p{L}\p{N}][\p{L}\p{N}_-]*)/diu) ??
          (required
            ? (piece(['tick', 'quote']) ??
              ground.capture(
                /(?<![\p{L}\p{N}.$€£-])((?=[\p{L}_-]*\d)(?=[\d_-]*\p{L})[\p{L}\p{N}_-]{2,64})(?![\p{L}\p{N}])/diu,
              ))
            : undefined),
      )
    case 'file':
      return literal(
        ground.capture(/(?<![\p{L}\p{N}@])([\p{L}\p{N}_][\p{L}\p{N}_./-]*\.[a-z][a-z0-9]{0,4})(?![\p{L}\p{N}@])/diu) ??
          piece(['quote', 'tick']) ??
          afterNoun(ground, indexed, /^[\p{L}\p{N}][\p{L}\p{N}_./-]*$/u),
      )
    case 'title': {
      const about = indexed.parameters.some((other) => other.kind === 'text') && required
      return literal(
        about
          ? ground.capture(
              /(?<![\p{L}])(?:about|regarding|re)\s+([^,.;:\n\uFDD1]+?)(?=\s+(?:saying|with|that says|and)\b|[,.;:\n\uFDD1]|\s*$)/diu,
            )
          : undefined,
      )
    }
    case 'text':
      return literal(freeText(ground, pieces) ?? (required ? piece(['quote', 'fence', 'tick']) : undefined))
    case 'place': {
      const zone = ground.capture(/(?<![\p{L}])([A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_]+)?)/du)
      if (zone !== undefined) return { names: [zone] }
      const names = namesAfter(ground, options.elliptic ? 'in|at|for|near|about|and|of' : 'in|at|for|near|of', indexed)
      if (names.length > 0) return { names }
      const quoted = piece(['quote', 'tick'])
      return literal(quoted ?? capitalised(ground, indexed) ?? nameAtEnd(ground, indexed))
    }
    case 'person': {
      const names = namesAfter(ground, 'for|to|with|from|by|and|customer|client|invite|inviting', indexed)
      return names.length > 0
        ? { names }
        : literal(required ? (piece(['quote']) ?? capitalised(ground, indexed)) : undefined)
    }
    case 'query':
      return literal(piece(['quote', 'tick']) ?? query(ground, indexed, required))
    case 'phrase': {
      const quoted = required ? piece(['quote', 'tick']) : undefined
      if (quoted !== undefined) return literal(quoted)
      const names = required ? namesAfter(ground, 'for|about|of|on|named|called|with|in|to', indexed) : []
      return names.length > 0 ? { names } : undefined
    }
    case 'boolean':
      return literal(yesOrNo(ground, parameter))
    case 'unfillable':
      return json(ground, parameter)
  }
}

/** A value said for this very argument, as its type wants it; undefined when it cannot be read so. */
function readAs(parameter: Parameter, said: string, options: FillOptions): JsonValue | undefined {
  if (parameter.many) {
    const parts = said.split(/\s*,\s*(?:and\s+)?|\s+and\s+|\n+/).filter(Boolean)
    const read = parts.flatMap((part) => readOne(parameter, part, options) ?? [])
    return read.length === parts.length && read.length > 0 ? read : undefined
  }
  return readOne(parameter, said, options)
}

function readOne(parameter: Parameter, said: string, options: FillOptions): JsonPrimitive | undefined {
  switch (parameter.kind) {
    case 'choice': {
      const chosen = parameter.choices.find((one) => String(one).toLowerCase() === said.toLowerCase())
      const near =
        chosen ?? parameter.choices.find((one) => stems(String(one)).every((word) => stems(said).includes(word)))
      return isPrimitive(near) ? near : undefined
    }
    case 'boolean':
      return /^(?:yes|true|on|y|sure|ok)\b/i.test(said) ? true : /^(?:no|false|off|n)\b/i.test(said) ? false : undefined
    case 'number':
    case 'amount':
    case 'count': {
      const value = readNumber(said) ?? createGround(said, []).numbers()[0]?.value
      return value === undefined || (parameter.integer && !Number.isInteger(value)) ? undefined : value
    }
    case 'date':
    case 'time':
    case 'date-time':
      return findDates(said, { ...options, form: parameter.kind })[0]?.text
    case 'email':
      return /[^\s@]+@[^\s@]+\.[^\s@.,;]+/.exec(said.slice(0, 400))?.[0]
    case 'url':
      return /(?:https?:\/\/|www\.)\S+/.exec(said)?.[0]
    case 'expression':
      return (
        findExpression(createGround(said, []).digits)?.text.replaceAll(RESULT, 'x') ??
        (/\d/.test(said) ? said : undefined)
      )
    case 'currency':
    case 'currency-from':
    case 'currency-to':
      return currenciesOf(said)[0]?.code ?? (/^[a-z]{3}$/i.test(said) ? said.toUpperCase() : undefined)
    case 'unfillable':
      return undefined
    default:
      return said
  }
}

function choose(ground: Ground, parameter: Parameter): Value | undefined {
  const paid = currenciesOf(ground.text).find((one) => parameter.choices.includes(one.code))
  if (paid) return { literal: parameter.many ? [paid.code] : paid.code }
  const said = new Set(stems(ground.text))
  const numbers = ground.numbers().map((one) => one.value)
  const matching = parameter.choices.filter((choice) => {
    if (typeof choice === 'number') return numbers.includes(choice)
    const words = stems(String(choice))
    return words.length > 0 && words.every((word) => said.has(word))
  })
  const longest = [...matching].sort((a, b) => String(b).length - String(a).length)
  const described = longest.length > 0 ? longest : describedChoices(parameter, said)
  if (parameter.many) return described.length > 0 ? { literal: described } : undefined
  return described[0] === undefined ? undefined : { literal: described[0] }
}

/** `high: needs work today`: a choice that the description explains with a word that was said, when only one is. */
function describedChoices(parameter: Parameter, said: ReadonlySet<string>): JsonValue[] {
  const text = parameter.description.toLowerCase()
  const places = parameter.choices
    .map((choice) => ({ choice, at: text.indexOf(String(choice).toLowerCase()) }))
    .filter((one) => one.at >= 0)
    .sort((a, b) => a.at - b.at)
  const explained = places.filter(({ choice, at }, index) => {
    const end = places[index + 1]?.at ?? text.length
    const words = stems(text.slice(at + String(choice).length, end))
    return words.some((word) => word.length > 3 && said.has(word))
  })
  return explained.length === 1 && explained[0] ? [explained[0].choice] : []
}

function unit(ground: Ground, kind: 'unit-from' | 'unit-to'): string | undefined {
  const { digits } = ground
  const [measure] = measuresOf(digits)
  const any = /(?<![\p{L}\d.])\d+(?:\.\d+)?\s+(?:of\s+)?([\p{L}°]+)\s+(?:to|in|into|as)\s+([\p{L}°]+)/iu.exec(digits)
  const pair = /\bfrom\s+([\p{L}°/]+)\s+(?:in)?to\s+([\p{L}°/]+)/iu.exec(digits)
  if (kind === 'unit-from') return measure?.unit ?? pair?.[1] ?? any?.[1]
  const target = targetUnitOf(measure ? digits.slice(0, measure.start) + digits.slice(measure.end) : digits)
  return target ?? pair?.[2] ?? any?.[2]
}

function expression(ground: Ground): Value | undefined {
  const written = ground.pieces.find((one) => findExpression(one.text)?.text.length === one.text.trim().length)
  if (written) {
    ground.take(written.at, written.at + 2)
    return { literal: written.text.trim() }
  }
  const found = findExpression(ground.digits)
  if (!found) return undefined
  ground.takeDigits(found.start, found.end)
  return found.usesResult ? { reference: { template: found.text } } : { literal: found.text }
}

function count(ground: Ground): number | undefined {
  const sign =
    /\b(?:top|first|last|limit(?:ed)?(?: to| of)?|max(?:imum)?(?: of)?|up to|at most|only|best)\s+(\d{1,6})\b|(?<![\p{L}\d.$€£])(\d{1,6})\s+(?:\p{L}+\s+)?(?:results?|hits?|matches|documents?|docs|items?|entries|notes|files|pages|rows|lines|records|tickets|invoices)\b/iu.exec(
      ground.digits,
    )
  if (!sign) return undefined
  ground.takeDigits(sign.index, sign.index + sign[0].length)
  const written =
    /\b(?:top|first|last|limit(?:ed)?(?: to| of)?|max(?:imum)?(?: of)?|up to|at most|only|best)\s+(?:\d+|\p{L}+)(?:\s+(?:results?|hits?|matches|items?|entries))?/iu.exec(
      ground.text,
    )
  const plain =
    written ??
    /(?<![\p{L}\d.])\d+(?=\s+(?:\p{L}+\s+)?(?:results?|hits?|documents?|docs|items?|notes))/iu.exec(ground.text)
  if (plain) ground.take(plain.index, plain.index + plain[0].length)
  return Number(sign[1] ?? sign[2])
}

function number(ground: Ground, parameter: Parameter, indexed: IndexedTool): Value | undefined {
  const numbers = ground.numbers().filter((one) => !parameter.integer || Number.isInteger(one.value))
  const measured = indexed.parameters.some((one) => one.kind === 'unit-from') ? measuresOf(ground.digits)[0] : undefined
  const priced = currenciesOf(ground.digits)
  const beside =
    parameter.kind === 'amount'
      ? numbers.find((one) => priced.some((sign) => sign.end >= one.start - 1 && sign.start <= one.end + 1))
      : undefined
  const words = parameter.said.split(' ').map(stem)
  const close = numbers.find((one) => {
    const around = `${ground.digits.slice(Math.max(0, one.start - 24), one.start)} ${ground.digits.slice(one.end, one.end + 24)}`
    return stems(around).some((word) => words.includes(word))
  })
  const found = measured ?? beside ?? close ?? (parameter.required ? numbers[0] : undefined)
  if (!found) return undefined
  if (!measured) ground.takeDigits(found.start, found.end)
  if (parameter.many) return { literal: numbers.map((one) => one.value) }
  return { literal: found.value }
}

function yesOrNo(ground: Ground, parameter: Parameter): boolean | undefined {
  const words = parameter.said
    .split(' ')
    .map(stem)
    .filter((word) => !stopWords.has(word) && word !== 'includ')
  const said = wordsOf(ground.text).map((word) => ({ stem: stem(word.lower), lower: word.lower }))
  const at = said.findIndex((word) => words.includes(word.stem))
  if (at < 0 || words.length === 0) return undefined
  return !said
    .slice(Math.max(0, at - 2), at)
    .some((word) => /^(?:not|no|without|dont|non|never|except)$/.test(word.lower))
}

function json(ground: Ground, parameter: Parameter): Value | undefined {
  for (const one of ground.pieces) {
    if (!/^\s*[[{]/.test(one.text)) continue
    try {
      const value = JSON.parse(one.text) as JsonValue
      ground.take(one.at, one.at + 2)
      return { literal: parameter.many && !Array.isArray(value) ? [value] : value }
    } catch {
      // Not JSON: the argument stays unfilled, and is asked for if it is required.
    }
  }
  return undefined
}

const POSITIONS: Readonly<Record<string, number>> = {
  first: 0,
  top: 0,
  best: 0,
  second: 1,
  third: 2,
  fourth: 3,
  fifth: 4,
  last: -1,
  latest: 0,
  newest: 0,
}
export const ITEM: RegExp =
  /\bthe\s+(first|second|third|fourth|fifth|last|top|best|latest|newest)(?:\s+(?:one|hit|result|document|doc|note|item|match|entry|page|file))?\b/i
export const WHOLE: RegExp =
  /(?<![\p{L}])(?:it|that|this|them|these|those|(?:the|that|your)\s+(?:result|answer|output|outcome|total|value|response|reply)s?)(?![\p{L}])/iu
const FROM_RESULT: readonly Kind[] = [
  'id',
  'file',
  'text',
  'number',
  'amount',
  'unit-from',
  'url',
  'query',
  'place',
  'person',
  'phrase',
]

/** Arguments that a pronoun stands for. */
function references(
  ground: Ground,
  sorted: readonly Parameter[],
  values: ReadonlyMap<Parameter, Value>,
): [Parameter, Value][] {
  const place = sorted.find((one) => !values.has(one) && one.kind === 'place')
  const open = sorted.filter((one) => !values.has(one) && one.required && FROM_RESULT.includes(one.kind))
  if (place && /(?<![\p{L}])there(?![\p{L}])/iu.test(ground.text)) return [[place, { reference: { place: true } }]]
  if (open.length === 0) return []
  const item = ITEM.exec(ground.text)
  const position = item?.[1] === undefined ? undefined : POSITIONS[item[1].toLowerCase()]
  if (position === undefined && !WHOLE.test(ground.text)) return []
  const reference: Value = { reference: position === undefined ? {} : { item: position } }
  const first = open[0]
  if (!first) return []
  const value = open.find((one) => one.kind === 'number' || one.kind === 'amount')
  if (first.kind === 'unit-from' && value)
    return [
      [first, reference],
      [value, reference],
    ]
  return [[first, reference]]
}

function several(parameter: Parameter, found: readonly string[]): Value | undefined {
  if (found.length === 0) return undefined
  return { literal: parameter.many ? [...found] : (found[0] ?? '') }
}

function allMatches(ground: Ground, pattern: RegExp): string[] {
  const found = [...ground.text.matchAll(pattern)]
  for (const match of found) ground.take(match.index, match.index + match[0].length)
  return found.map((match) => match[0])
}

function codeAfterColon(ground: Ground, pieces: readonly Piece[]): string | undefined {
  const match = /:\s+(\S[\s\S]*)$/.exec(ground.text)
  const code = match?.[1] === undefined ? '' : writtenValue(match[1], pieces)
  return match && /[=;(){}[\]+*]/.test(code) ? code : undefined
}

function stems(text: string): string[] {
  return wordsOf(text.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')).map((word) => stem(word.lower))
}

function isPrimitive(value: JsonValue | undefined): value is JsonPrimitive {
  return value !== undefined && (value === null || typeof value !== 'object')
}
