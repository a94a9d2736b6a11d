/**
 * The arguments of one tool, found in one clause. Every value has a sign in the text that points to it; free text is
 * never what was left over.
 *
 * @module
 */
import type { Filled, FillOptions, Value } from './argument.ts'
import { find } from './find-argument.ts'
import { createGround } from './ground.ts'
import type { Kind, Parameter } from './parameters.ts'
import { named } from './phrases.ts'
import type { Piece } from './protected-text.ts'
import { readAs } from './read-argument.ts'
import { references } from './references.ts'
import type { IndexedTool } from './tool-index.ts'

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
