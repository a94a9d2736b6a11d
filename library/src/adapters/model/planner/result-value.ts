/**
 * What of an earlier result an argument takes. It takes what is there or nothing: a value is never made up.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../../../protocol/vocabulary.ts'
import type { Reference } from './argument.ts'
import type { Done } from './conversation.ts'
import { RESULT } from './expression.ts'
import { readNumber } from './numbers.ts'
import { objectOf, type Parameter } from './parameters.ts'
import { plainText, textOf } from './present.ts'
import { stemsOf } from './words.ts'

const MAIN_KEYS = ['result', 'answer', 'value', 'text', 'content', 'output', 'summary', 'message', 'body']
const TEXT_KEYS = ['text', 'content', 'body', 'summary', 'message', 'answer', 'result', 'value', 'output']
const NAME_KEYS = ['id', 'document', 'path', 'file', 'name', 'title', 'url', 'key']

export function valueFrom(done: Done, parameter: Parameter, reference: Reference): JsonValue | undefined {
  const { output } = done
  if (reference.place) return stringIn(objectOf(done.input), ['place', 'city', 'location', 'country', parameter.name])
  if (output === undefined) return undefined
  const list = listIn(output)
  const item = reference.item === undefined ? undefined : list?.at(reference.item)
  if (reference.item !== undefined && item === undefined) return undefined
  const source = item ?? output

  switch (parameter.kind) {
    case 'expression': {
      const number = numberIn(source)
      if (number === undefined) return undefined
      return (reference.template ?? RESULT).replaceAll(RESULT, number < 0 ? `(${number})` : String(number))
    }
    case 'number':
    case 'amount':
    case 'count':
      return numberIn(source)
    case 'unit-from':
      return stringIn(objectOf(output), ['unit', 'to', 'resultUnit']) ?? stringIn(objectOf(done.input), ['to', 'unit'])
    case 'text':
      return plainText(source, done.input)
    case 'id': {
      // The wrong one of many ids can be deleted: only a field of its very name will do, and of a list only a lone item.
      const only = item ?? (list === undefined ? output : list.length === 1 ? list[0] : undefined)
      return only === undefined ? undefined : idIn(only, { done, parameter })
    }
    case 'file':
    case 'url': {
      const [first] = list ?? []
      return (
        nameIn(source, parameter) ?? (item !== undefined || first === undefined ? undefined : nameIn(first, parameter))
      )
    }
    default: {
      const text = mainText(source)
      return text !== undefined && text.length <= 400 ? text : undefined
    }
  }
}

/** The value that an output is about, if it has one. */
function mainValue(output: JsonValue, keys: readonly string[] = MAIN_KEYS): JsonValue | undefined {
  const object = objectOf(output)
  if (!object) return Array.isArray(output) ? undefined : output
  const key = keys.find((one) => Object.hasOwn(object, one) && object[one] !== null && typeof object[one] !== 'object')
  return key === undefined ? undefined : object[key]
}

/** The list of an output: itself, or its only or first list. */
function listIn(output: JsonValue): readonly JsonValue[] | undefined {
  if (Array.isArray(output)) return output
  const object = objectOf(output)
  return object ? Object.values(object).find((one): one is readonly JsonValue[] => Array.isArray(one)) : undefined
}

function numberIn(source: JsonValue): number | undefined {
  const main = mainValue(source)
  if (typeof main === 'number') return main
  if (typeof main === 'string') {
    const read = readNumber(main)
    if (read !== undefined) return read
  }
  const numbers = Object.values(objectOf(source) ?? {}).filter((one) => typeof one === 'number')
  return numbers.length === 1 ? numbers[0] : undefined
}

function mainText(source: JsonValue): string | undefined {
  const main = mainValue(source, TEXT_KEYS) ?? stringIn(objectOf(source), NAME_KEYS)
  return main === undefined || main === null ? undefined : textOf(main)
}

/** `noteId` of anything; a plain `id` only from a tool that is named by the same thing. */
function idIn(source: JsonValue, of: { readonly done: Done; readonly parameter: Parameter }): string | undefined {
  const thing = stemsOf(of.parameter.said).find((word) => word !== 'id')
  const related = thing === undefined || stemsOf(of.done.tool).includes(thing)
  return stringIn(objectOf(source), related ? [of.parameter.name, 'id'] : [of.parameter.name])
}

function nameIn(source: JsonValue, parameter: Parameter): string | undefined {
  if (typeof source === 'string' || typeof source === 'number') return String(source)
  const object = objectOf(source)
  const lastWord = parameter.said.split(' ').at(-1) ?? ''
  return stringIn(object, [
    parameter.name,
    lastWord,
    ...(parameter.kind === 'url' ? ['url', 'link'] : []),
    ...NAME_KEYS,
  ])
}

function stringIn(object: JsonObject | undefined, keys: readonly string[]): string | undefined {
  if (!object) return undefined
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return undefined
}
