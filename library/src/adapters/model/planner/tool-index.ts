/**
 * The ranking of tools for a piece of text: BM25 over names, descriptions and schema words. Made once for each array of
 * tools; nothing here knows any tool by name.
 *
 * @module
 */
import MiniSearch from 'minisearch'
import type { ModelTool } from '../../../agent/ports.ts'
import { type Kind, type Parameter, readParameters } from './parameters.ts'
import { isNear, knownStems, splitName, stem, stopWords, synonymsOf, withoutPhrases, wordsOf } from './words.ts'

export interface IndexedTool {
  readonly tool: ModelTool
  readonly parameters: readonly Parameter[]
  /** Stems of the name. */
  readonly nameStems: ReadonlySet<string>
  /** Stems of name, description and schema, and their synonyms. */
  readonly stems: ReadonlySet<string>
}

interface Ranked {
  readonly indexed: IndexedTool
  /** The bare BM25 score, for comparing two tools. */
  readonly score: number
  /** 0 to 1: the score, whatever the number of tools. */
  readonly strength: number
  /** Stems of the tool that were met. */
  readonly matched: ReadonlySet<string>
}

/** A content word of what is asked. Words that are likely arguments weigh little. */
export interface Asked {
  readonly stem: string
  readonly weight: number
}

export interface ToolIndex {
  readonly tools: readonly IndexedTool[]
  readonly byName: ReadonlyMap<string, IndexedTool>
  /** The content words of a clause, typing errors corrected. */
  read(masked: string): readonly Asked[]
  /** Best first; at most 8. */
  rank(asked: readonly Asked[]): readonly Ranked[]
  /** Tools with a parameter of one of these kinds. */
  telling(kinds: readonly Kind[]): readonly IndexedTool[]
  /** Whether a word begins a request, such as `convert` or `find`. */
  readonly isAction: (word: string) => boolean
  /** Characters of the tools as a model is shown them. */
  readonly characters: number
}

const cache = new WeakMap<readonly ModelTool[], ToolIndex>()

export function indexOf(tools: readonly ModelTool[]): ToolIndex {
  const known = cache.get(tools)
  if (known) return known
  const made = createToolIndex(tools)
  cache.set(tools, made)
  return made
}

const BOOST = { name: 3, description: 1.1, schema: 0.9 }
/** A query's word weighs 1; a synonym of it less. */
const SYNONYM_WEIGHT = 0.6
/** The score at which confidence is 1 - 1/e. One rare word of a name scores 4 to 5. */
const SCALE = 3
const MAX_WORDS = 64

function createToolIndex(tools: readonly ModelTool[]): ToolIndex {
  const indexed = tools.map(readTool)
  const search = new MiniSearch<{ id: number; name: string; description: string; schema: string }>({
    fields: ['name', 'description', 'schema'],
    tokenize: (text) => wordsOf(text).map((word) => word.lower),
    processTerm: (term) => (stopWords.has(term) ? null : stem(term)),
  })
  const documents = indexed.map((one, id) => ({
    id,
    name: splitName(one.tool.name),
    description: withoutPhrases(one.tool.description),
    schema: one.parameters
      .map((p) => `${p.said} ${p.description} ${p.choices.join(' ')} ${p.examples.join(' ')}`)
      .join(' '),
  }))
  search.addAll(documents)

  const actions = new Set(indexed.flatMap((one) => [...one.nameStems]))
  const vocabulary = new Set([...indexed.flatMap((one) => [...one.stems]), ...knownStems])
  const byInitial = Map.groupBy(vocabulary, (word) => word[0] ?? '')
  const corrected = (word: string): string => {
    if (word.length < 5 || word.length > 24 || vocabulary.has(word)) return word
    return byInitial.get(word[0] ?? '')?.find((known) => known.length > 4 && isNear(word, known)) ?? word
  }
  const rarest = Math.log(1 + (indexed.length - 0.5) / 1.5)

  function rank(asked: readonly Asked[]): Ranked[] {
    if (asked.length === 0 || indexed.length === 0) return []
    const weights = new Map<string, number>()
    for (const { stem: word, weight } of asked) {
      weights.set(word, Math.max(weights.get(word) ?? 0, weight))
      for (const other of synonymsOf(word)) {
        weights.set(other, Math.max(weights.get(other) ?? 0, weight * SYNONYM_WEIGHT))
      }
    }
    const results = search.search([...weights.keys()].join(' '), {
      tokenize: (text) => text.split(' '),
      processTerm: (term) => term,
      boost: BOOST,
      boostTerm: (term) => weights.get(term) ?? 1,
    })
    return results.slice(0, 8).flatMap((result) => {
      const found = indexed[result.id]
      const strength = 1 - Math.exp(-result.score / rarest / SCALE)
      return found ? [{ indexed: found, score: result.score, strength, matched: new Set(result.terms) }] : []
    })
  }

  return {
    tools: indexed,
    byName: new Map(indexed.map((one) => [one.tool.name, one])),
    rank,
    read: (masked) =>
      readQuery(masked, corrected, (word) => actions.has(word) || synonymsOf(word).some((other) => actions.has(other))),
    telling: (kinds) => indexed.filter((one) => one.parameters.some((parameter) => kinds.includes(parameter.kind))),
    isAction(word) {
      const one = corrected(stem(word))
      return actions.has(one) || synonymsOf(one).some((other) => actions.has(other))
    },
    characters: JSON.stringify(tools).length,
  }
}

function readTool(tool: ModelTool): IndexedTool {
  const parameters = readParameters(tool.inputSchema)
  const nameStems = new Set(wordsOf(splitName(tool.name)).map((word) => stem(word.lower)))
  const words = wordsOf(`${tool.description} ${parameters.map((one) => `${one.said} ${one.description}`).join(' ')}`)
  const stems = new Set(nameStems)
  for (const word of words) if (!stopWords.has(word.lower)) stems.add(stem(word.lower))
  return { tool, parameters, nameStems, stems }
}

/** Where what is asked ends and what it is about begins. */
const ARGUMENTS_BEGIN =
  /^(?:about|for|mentioning|regarding|containing|with|in|to|into|from|of|on|at|that|called|named|titled|saying|by|near|over)$/
const ARGUMENT_WEIGHT = 0.2
const NAME_WEIGHT = 0.1
/** `in the docs`: where to do it says what is meant, when a tool is named by it. */
const CONTAINER = /(?<![\p{L}])(?:in|to|from|as|into)\s+(?:a\s+|(?:the|my|our|your|all)\s+)?$/iu
const CONTAINER_WEIGHT = 0.6

/** The content words of a clause. Words after the first preposition, and capitalised ones, count little: they are arguments. */
function readQuery(masked: string, corrected: (word: string) => string, isNamed: (word: string) => boolean): Asked[] {
  const text = withoutPhrases(masked.slice(0, 4000))
  const colon = text.indexOf(':')
  const asked: Asked[] = []
  let inArguments = false
  let seen = false
  for (const word of wordsOf(text).slice(0, MAX_WORDS)) {
    if (seen && ARGUMENTS_BEGIN.test(word.lower)) inArguments = true
    if (colon > 0 && word.start > colon) inArguments = true
    if (stopWords.has(word.lower) || /^\d/.test(word.lower)) continue
    const capitalised = seen && /^\p{Lu}\p{Ll}/u.test(word.text)
    seen = true
    const one = corrected(stem(word.lower))
    const container =
      inArguments && CONTAINER.test(text.slice(Math.max(0, word.start - 16), word.start)) && isNamed(one)
    const weight = capitalised ? NAME_WEIGHT : container ? CONTAINER_WEIGHT : inArguments ? ARGUMENT_WEIGHT : 1
    asked.push({ stem: one, weight })
  }
  return asked
}
