/**
 * What is not a tool, and what it is instead. The law: a candidate is looked at to explain a refusal, never to let it
 * in, and nothing that it does while it is looked at gets out.
 *
 * @module
 */
import { types } from 'node:util'
import { findDescriptor, findForeignTool } from './classify-foreign.ts'
import { findSchema } from './classify-schema.ts'
import { isProxy, type Probe, probe, quietly, quoteText } from './probing.ts'

export type NotAToolKind =
  | 'schema'
  | 'class'
  | 'function'
  | 'promise'
  | 'module'
  | 'tool_descriptor'
  | 'foreign_tool'
  | 'tool_lookalike'
  | 'proxy'
  | 'null_prototype'
  | 'object'
  | 'primitive'
  | 'nothing'

export interface NotATool {
  readonly kind: NotAToolKind
  readonly found: string
  readonly cause: string
  readonly fix: string
}

const wrap = 'Call `defineTool({ name, description, input, effect, execute })` and add what it returns.'

/** Explains a value that `defineTool` did not make. Never throws. */
export function classify(candidate: unknown): NotATool {
  return quietly(() => look(candidate)) ?? unreadable
}

function look(candidate: unknown): NotATool {
  if (candidate === undefined || candidate === null) return nothing(candidate)
  if (typeof candidate !== 'object' && typeof candidate !== 'function') return primitive(candidate)
  // Before anything is read: each read of a proxy runs a stranger's code.
  if (isProxy(candidate)) return proxy
  if (types.isPromise(candidate)) return promise
  const seen = probe(candidate)
  if (types.isModuleNamespaceObject(candidate) || isBundledModule(seen)) return moduleNamespace
  const schema = findSchema(seen)
  if (schema !== undefined) return schema
  if (typeof candidate === 'function') return isClass(seen) ? classOf(seen) : functionOf(seen)
  if (typeof seen.get('then') === 'function') return promise
  return findForeignTool(seen) ?? findLookalike(seen) ?? findDescriptor(seen) ?? plainObject(seen)
}

function nothing(candidate: undefined | null): NotATool {
  return {
    kind: 'nothing',
    found: String(candidate),
    cause: 'An import that does not exist, a function without `return`, or modules that import each other in a circle.',
    fix: 'Check the name of the import, and that its module has run before this one.',
  }
}

function primitive(candidate: unknown): NotATool {
  const found = typeof candidate === 'string' ? `the string ${quoteText(candidate)}` : `a ${typeof candidate}`
  return {
    kind: 'primitive',
    found,
    cause:
      typeof candidate === 'string'
        ? 'The name of a tool where the tool itself is needed.'
        : 'A value where a tool is needed.',
    fix: typeof candidate === 'string' ? 'Import the tool and add it, not its name.' : wrap,
  }
}

const proxy: NotATool = {
  kind: 'proxy',
  found: 'a Proxy',
  cause: 'A mock, or a library that watches or wraps objects; what is behind it can not be known.',
  fix: 'Add the tool itself, before it is wrapped.',
}

const moduleNamespace: NotATool = {
  kind: 'module',
  found: 'a whole module',
  cause: 'An `import * as` where one export of the module is meant.',
  fix: 'Import the tool by its name, or offer `Object.values` of a module that exports nothing but tools.',
}

const promise: NotATool = {
  kind: 'promise',
  found: 'a promise',
  cause: 'An `await` is missing before what makes the tool.',
  fix: 'Await it first, and add what it resolves to.',
}

const unreadable: NotATool = {
  kind: 'object',
  found: 'an object that can not be looked at',
  cause: 'It throws when its properties are read.',
  fix: wrap,
}

/** Bundlers and test runners make modules of plain objects. */
function isBundledModule(seen: Probe): boolean {
  return (
    seen.get('__esModule') === true || (typeof seen.value === 'object' && seen.get(Symbol.toStringTag) === 'Module')
  )
}

/** A class declares itself in its source; an old-style one and a bound one do not, and count as functions. */
function isClass(seen: Probe): boolean {
  const source = quietly(() => Function.prototype.toString.call(seen.value)) ?? ''
  return /^class\b/.test(source)
}

function classOf(seen: Probe): NotATool {
  const parent: unknown = quietly(() => Object.getPrototypeOf(seen.value))
  const isSubclass = typeof parent === 'function' && parent !== Function.prototype
  const name = ownName(seen.value)
  const base = isSubclass ? ownName(parent) : undefined
  const subject = name === undefined ? 'an anonymous class' : `the class ${quoteText(name)}`
  return {
    kind: 'class',
    found: `${subject}${isSubclass ? ` that extends ${base === undefined ? 'another' : quoteText(base)}` : ''}`,
    cause:
      'A class describes tools of another framework, or makes what a tool needs; it is no tool, and its name is not taken for one.',
    fix: 'Make the object in `open` of a `defineTool`, and call its method in `execute`.',
  }
}

function functionOf(seen: Probe): NotATool {
  const name = ownName(seen.value)
  const source = quietly(() => Function.prototype.toString.call(seen.value)) ?? ''
  const isBound = name?.startsWith('bound ') === true
  const isArrow =
    !isBound && !seen.ownKeys.includes('prototype') && !/^(async\s+)?function\b/.test(source) && source.includes('=>')
  let sort = isBound ? 'bound function' : isArrow ? 'arrow function' : 'function'
  if (types.isGeneratorFunction(seen.value)) sort = 'generator function'
  if (types.isAsyncFunction(seen.value)) sort = `async ${sort.replace('generator', '')}`.replace('  ', ' ')
  return {
    kind: 'function',
    found: name === undefined || name === 'bound ' ? `a nameless ${sort}` : `the ${sort} ${quoteText(name)}`,
    cause:
      'A function does not say its name, its arguments and its effect so that a model could be told; none is guessed.',
    fix: 'Put it into `execute` of a `defineTool({ name, description, input, effect, execute })`. If it makes tools, call it first.',
  }
}

/** Only to show in a refusal: no name of a tool is ever derived from it. */
function ownName(value: object): string | undefined {
  const name: unknown = quietly(() => Object.getOwnPropertyDescriptor(value, 'name')?.value)
  return typeof name === 'string' && name !== '' ? name : undefined
}

const toolFields = ['name', 'description', 'input', 'effect', 'execute'] as const

function findLookalike(seen: Probe): NotATool | undefined {
  const present = toolFields.filter((field) => seen.has(field))
  const isCopy = seen.has('fingerprint') && present.length >= 3
  const isDefinition = present.length === toolFields.length || (seen.has('execute') && seen.has('effect'))
  if (!isCopy && !isDefinition) return undefined
  return {
    kind: 'tool_lookalike',
    found: isCopy ? 'a copy of a tool' : 'the definition of a tool',
    cause: isCopy
      ? 'A spread, `Object.create`, `structuredClone` or JSON made it, or a second copy of this package did; only what `defineTool` returned is a tool.'
      : '`defineTool` was not called with it.',
    fix: isCopy
      ? 'Add the tool itself; for a changed one call `defineTool` again; check that the package is installed once.'
      : 'Pass it to `defineTool` and add what that returns.',
  }
}

function plainObject(seen: Probe): NotATool {
  const parent: unknown = quietly(() => Object.getPrototypeOf(seen.value))
  if (parent === null) {
    return {
      kind: 'null_prototype',
      found: 'an object without a prototype',
      cause: 'A map of names to values, such as a parsed query or a set of tools by name.',
      fix: 'Offer the tools in it one by one, with `Object.values`.',
    }
  }
  if (Array.isArray(seen.value)) {
    return {
      kind: 'object',
      found: 'a list',
      cause: 'One add takes one tool.',
      fix: 'Offer the list with `offer`, or add its tools one by one.',
    }
  }
  const keys = seen.ownKeys.filter((key) => typeof key === 'string').slice(0, 5)
  const shown = keys.length === 0 ? 'without fields of its own' : `with ${keys.map(quoteText).join(', ')}`
  return {
    kind: 'object',
    found: `an object ${shown}`,
    cause: 'It is not what `defineTool` returned, and nothing else is a tool, whatever it looks like.',
    fix: wrap,
  }
}
