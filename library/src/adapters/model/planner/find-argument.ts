/**
 * How an argument of each kind is found in a clause: by a sign in the text, or not at all.
 *
 * @module
 */
import type { JsonPrimitive, JsonValue } from '../../../protocol/vocabulary.ts'
import type { FillOptions, Value } from './argument.ts'
import { findDates } from './dates.ts'
import { findExpression } from './expression.ts'
import type { Ground } from './ground.ts'
import { currenciesOf, measuresOf, targetUnitOf } from './measures.ts'
import type { Parameter } from './parameters.ts'
import { afterNoun, capitalised, freeText, nameAtEnd, namesAfter, query } from './phrases.ts'
import { type Piece, writtenValue } from './protected-text.ts'
import type { IndexedTool } from './tool-index.ts'
import { stem, stemsOf, stopWords, wordsOf } from './words.ts'

export function find(
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
      return literal(
        piece(['fence']) ??
          piece(['tick']) ??
          piece(['quote']) ??
          codeAfterColon(ground, pieces) ??
          formula(ground, parameter),
      )
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
      // How many of something is asked for by the number alone, where there is nothing to do without it.
      return literal(count(ground)) ?? (required ? number(ground, parameter, indexed) : undefined)
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

function choose(ground: Ground, parameter: Parameter): Value | undefined {
  const paid = currenciesOf(ground.text).find((one) => parameter.choices.includes(one.code))
  if (paid) return { literal: parameter.many ? [paid.code] : paid.code }
  const said = new Set(stemsOf(ground.text))
  const numbers = ground.numbers().map((one) => one.value)
  const matching = parameter.choices.filter((choice) => {
    if (typeof choice === 'number') return numbers.includes(choice)
    const words = stemsOf(String(choice))
    return words.length > 0 && words.every((word) => said.has(word))
  })
  const longest = [...matching].sort((a, b) => String(b).length - String(a).length)
  const described = longest.length > 0 ? longest : describedChoices(parameter, said)
  if (parameter.many) return described.length > 0 ? { literal: described } : undefined
  return described[0] === undefined ? undefined : { literal: described[0] }
}

/** `high: needs work today`: a choice that the description explains with a word that was said, when only one is. */
function describedChoices(parameter: Parameter, said: ReadonlySet<string>): JsonPrimitive[] {
  const text = parameter.description.toLowerCase()
  const places = parameter.choices
    .map((choice) => ({ choice, at: text.indexOf(String(choice).toLowerCase()) }))
    .filter((one) => one.at >= 0)
    .sort((a, b) => a.at - b.at)
  const explained = places.filter(({ choice, at }, index) => {
    const end = places[index + 1]?.at ?? text.length
    const words = stemsOf(text.slice(at + String(choice).length, end))
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
    return stemsOf(around).some((word) => words.includes(word))
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

/** `run 2 + 2`: a formula that means the same in a program. */
function formula(ground: Ground, parameter: Parameter): string | undefined {
  const found = parameter.required ? findExpression(ground.digits) : undefined
  const typed = found && /^[\d\s.+*/()-]+$/.test(ground.digits.slice(found.start, found.end))
  return typed && !found.usesResult ? found.text : undefined
}
