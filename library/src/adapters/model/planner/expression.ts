/**
 * Mathematical expressions in English: `15% of 240`, `square root of 144`, `divide that by 6`. It writes an expression,
 * and never works one out: that is a tool's work.
 *
 * @module
 */

/** Stands in an expression for the earlier result that `it` or `that` means. */
export const RESULT = '\u27E8result\u27E9'

type TokenKind =
  | 'number'
  | 'operator'
  | 'percent'
  | 'open'
  | 'close'
  | 'comma'
  | 'function'
  | 'prefix'
  | 'suffix'
  | 'of'
  | 'off'
  | 'value'

interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Typed as a formula, not said in words. */
  readonly formal: boolean
  readonly start: number
  readonly end: number
}

const FUNCTIONS =
  'sqrt|cbrt|abs|sin|cos|tan|asin|acos|atan|log10|log2|log|ln|exp|round|floor|ceil|min|max|factorial|gcd|lcm|mean|median'

const lexicon: readonly (readonly [RegExp, TokenKind, string | null])[] = [
  [/(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\d_])/uy, 'number', null],
  [/\*\*|[+\-*/^]/y, 'operator', null],
  [/[×·]/y, 'operator', '*'],
  [/÷/y, 'operator', '/'],
  [/[−–]/y, 'operator', '-'],
  [/%/y, 'percent', '%'],
  [/!(?!=)/y, 'suffix', '!'],
  [/\(/y, 'open', '('],
  [/\)/y, 'close', ')'],
  [/,/y, 'comma', ','],
  [new RegExp(`(?:${FUNCTIONS})(?=\\s*\\()`, 'iy'), 'function', null],
  [/x(?=\s*[\d(.])/iy, 'operator', '*'],
  [/pi(?![\p{L}])|π/iuy, 'value', 'pi'],
  [/plus\b/iy, 'operator', '+'],
  [/minus\b|less\b/iy, 'operator', '-'],
  [/times\b|multiplied by\b/iy, 'operator', '*'],
  [/(?:divided by|over)\b/iy, 'operator', '/'],
  [/(?:raised )?to the (?:power of|power)\b|raised to\b/iy, 'operator', '^'],
  [/mod(?:ulo)?\b/iy, 'operator', 'mod'],
  [/squared\b/iy, 'suffix', '^ 2'],
  [/cubed\b/iy, 'suffix', '^ 3'],
  [/percent\b|per cent\b/iy, 'percent', '%'],
  [/(?:the )?(?:square root|sqrt|root) of\b|sqrt(?=\s+\d)/iy, 'prefix', 'sqrt'],
  [/(?:the )?cube root of\b/iy, 'prefix', 'cbrt'],
  [/(?:the )?factorial of\b/iy, 'prefix', 'factorial'],
  [/(?:a |one )?half of\b/iy, 'prefix', '1 / 2 *'],
  [/(?:a |one )?third of\b/iy, 'prefix', '1 / 3 *'],
  [/(?:a |one )?quarter of\b/iy, 'prefix', '1 / 4 *'],
  [/(?:twice|double)\b/iy, 'prefix', '2 *'],
  [/of\b/iy, 'of', 'of'],
  [/off\b/iy, 'off', 'off'],
  [/(?:the |that )?(?:result|answer|total)\b|that number\b|that\b|it\b/iy, 'value', RESULT],
]

export interface FoundExpression {
  readonly text: string
  readonly usesResult: boolean
  readonly start: number
  readonly end: number
}

/** The longest expression with at least one operation in a text that `withDigits` has gone over. */
export function findExpression(text: string): FoundExpression | undefined {
  const said = findSaid(text)
  let best: FoundExpression | undefined
  for (const run of runsOf(text)) {
    const found = expressionOf(run, text)
    if (found && (!best || found.end - found.start > best.end - best.start)) best = found
  }
  if (said && (!best || said.end - said.start > best.end - best.start)) return said
  return best
}

const OPERAND = '(-?(?:\\d+(?:\\.\\d+)?%?)|it\\b|that\\b|(?:the |that )?(?:result|answer|total)\\b)'
const said: readonly (readonly [RegExp, (a: string, b: string) => string])[] = [
  [
    new RegExp(`\\b(?:add|sum(?: up)?|(?:the )?sum of) ${OPERAND} (?:and|to|with) ${OPERAND}`, 'i'),
    (a, b) => `${a} + ${b}`,
  ],
  [new RegExp(`\\b(?:the )?difference (?:between|of) ${OPERAND} and ${OPERAND}`, 'i'), (a, b) => `${a} - ${b}`],
  [new RegExp(`\\b(?:subtract|take|deduct) ${OPERAND} (?:away )?from ${OPERAND}`, 'i'), (a, b) => `${b} - ${a}`],
  [
    new RegExp(`\\b(?:multiply|times|(?:the )?product of) ${OPERAND} (?:by|with|and) ${OPERAND}`, 'i'),
    (a, b) => `${a} * ${b}`,
  ],
  [new RegExp(`\\b(?:divide|split) ${OPERAND} (?:by|into|over) ${OPERAND}`, 'i'), (a, b) => `${a} / ${b}`],
  [
    new RegExp(`\\b(?:increase|raise) ${OPERAND} by ${OPERAND}`, 'i'),
    (a, b) => (b.includes('/ 100') ? `${a} * (1 + ${b})` : `${a} + ${b}`),
  ],
  [
    new RegExp(`\\b(?:decrease|reduce|lower) ${OPERAND} by ${OPERAND}`, 'i'),
    (a, b) => (b.includes('/ 100') ? `${a} * (1 - ${b})` : `${a} - ${b}`),
  ],
]
const saidToResult: readonly (readonly [RegExp, string])[] = [
  [/^(?:now |then |and )*(?:add|plus) (-?\d+(?:\.\d+)?)(?: to (?:it|that))?[.?!]?$/i, '+'],
  [/^(?:now |then |and )*(?:subtract|minus) (-?\d+(?:\.\d+)?)(?: from (?:it|that))?[.?!]?$/i, '-'],
  [/^(?:now |then |and )*(?:times|multiply by|multiplied by) (-?\d+(?:\.\d+)?)[.?!]?$/i, '*'],
  [/^(?:now |then |and )*(?:divide by|divided by) (-?\d+(?:\.\d+)?)[.?!]?$/i, '/'],
]

const LISTED =
  /\b(average|mean|sum|total|product|largest|maximum|smallest|minimum) of ((?:-?\d+(?:\.\d+)?(?:\s*,\s*(?:and\s+)?|\s+and\s+)){1,50}-?\d+(?:\.\d+)?)/i

/** `the average of 3, 4 and 8`. */
function findListed(text: string): FoundExpression | undefined {
  const match = LISTED.exec(text)
  if (!match) return undefined
  const numbers = (match[2] ?? '').match(/-?\d+(?:\.\d+)?/g) ?? []
  const range = { usesResult: false, start: match.index, end: match.index + match[0].length }
  switch (match[1]?.toLowerCase()) {
    case 'average':
    case 'mean':
      return { ...range, text: `(${numbers.join(' + ')}) / ${numbers.length}` }
    case 'product':
      return { ...range, text: numbers.join(' * ') }
    case 'largest':
    case 'maximum':
      return { ...range, text: `max(${numbers.join(', ')})` }
    case 'smallest':
    case 'minimum':
      return { ...range, text: `min(${numbers.join(', ')})` }
    default:
      return { ...range, text: numbers.join(' + ') }
  }
}

function findSaid(text: string): FoundExpression | undefined {
  const listed = findListed(text)
  if (listed) return listed
  for (const [pattern, write] of said) {
    const match = pattern.exec(text)
    if (!match) continue
    const written = write(operand(match[1] ?? ''), operand(match[2] ?? ''))
    return {
      text: written,
      usesResult: written.includes(RESULT),
      start: match.index,
      end: match.index + match[0].length,
    }
  }
  for (const [pattern, operator] of saidToResult) {
    const match = pattern.exec(text.trim())
    if (match) return { text: `${RESULT} ${operator} ${match[1]}`, usesResult: true, start: 0, end: text.length }
  }
  return undefined
}

function operand(text: string): string {
  if (text.endsWith('%')) return `${text.slice(0, -1)} / 100`
  return /\d/.test(text) ? text : RESULT
}

/** Neighbouring tokens with nothing but blanks between them. At most 200 tokens are looked at. */
function runsOf(text: string): Token[][] {
  const runs: Token[][] = []
  let run: Token[] = []
  let at = 0
  let count = 0
  while (at < text.length && count < 200) {
    if (/\s/.test(text[at] ?? '')) {
      at++
      continue
    }
    const before = text[at - 1] ?? ' '
    const token =
      /[\p{L}\p{N}_]/u.test(before) && /[\p{L}_]/u.test(text[at] ?? '') && /[\p{L}_]/u.test(before)
        ? undefined
        : tokenAt(text, at)
    if (token) {
      run.push(token)
      count++
      at = token.end
    } else {
      if (run.length > 0) runs.push(run)
      run = []
      const word = /[\p{L}\p{N}_]+|./uy
      word.lastIndex = at
      at += word.exec(text)?.[0].length || 1
    }
  }
  if (run.length > 0) runs.push(run)
  return runs
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [pattern, kind, written] of lexicon) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match || match.index !== at) continue
    const word = /^[a-zπ]/i.test(match[0]) && kind !== 'function' && match[0].length > 1
    return { kind, text: written ?? match[0].toLowerCase(), formal: !word, start: at, end: at + match[0].length }
  }
  return undefined
}

function expressionOf(tokens: readonly Token[], text: string): FoundExpression | undefined {
  let best: FoundExpression | undefined
  const starts = Math.min(tokens.length, 24)
  for (let from = 0; from < starts; from++) {
    const parser = createParser(tokens, from)
    const written = parser.expression(0)
    const last = tokens[parser.at() - 1]
    const first = tokens[from]
    if (written === undefined || parser.operations() === 0 || !first || !last) continue
    const used = tokens.slice(from, parser.at())
    const formal = used.every((token) => token.formal)
    const found = {
      text: formal ? plain(text.slice(first.start, last.end)) : written,
      usesResult: written.includes(RESULT),
      start: first.start,
      end: last.end,
    }
    if (!best || found.end - found.start > best.end - best.start) best = found
  }
  return best
}

function plain(formula: string): string {
  return formula
    .replace(/[×·]/g, '*')
    .replace(/÷/g, '/')
    .replace(/[−–]/g, '-')
    .replaceAll('**', '^')
    .replace(/(?<=\d)\s*x\s*(?=[\d(.])/gi, ' * ')
    .replace(/\s+/g, ' ')
}

const strength: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, mod: 2, '^': 4, '**': 4 }
const MAX_DEPTH = 40

interface Parser {
  expression(depth: number): string | undefined
  at(): number
  operations(): number
}

/** Reads as many tokens from `from` as form one expression. Depth is bounded, so nested brackets cannot exhaust the stack. */
function createParser(tokens: readonly Token[], from: number): Parser {
  let at = from
  let operations = 0

  function binary(minimum: number, depth: number): string | undefined {
    let left = operandAt(depth)
    if (left === undefined) return undefined
    for (;;) {
      const operator = tokens[at]
      const power = operator?.kind === 'operator' ? strength[operator.text] : undefined
      if (!operator || power === undefined || power < minimum) return left
      const mark = at++
      const right = binary(operator.text === '^' || operator.text === '**' ? power : power + 1, depth)
      if (right === undefined) {
        at = mark
        return left
      }
      operations++
      left = `${left} ${operator.text === '**' ? '^' : operator.text} ${right}`
    }
  }

  function operandAt(depth: number): string | undefined {
    let value = primary(depth)
    if (value === undefined) return undefined
    for (;;) {
      const token = tokens[at]
      if (token?.kind === 'suffix') {
        value = token.text === '!' ? `factorial(${value})` : `${value} ${token.text}`
        operations++
        at++
      } else if (token?.kind === 'percent') {
        const next = tokens[at + 1]
        if (next?.kind === 'of' || next?.kind === 'off') {
          const mark = at
          at += 2
          const whole = operandAt(depth + 1)
          if (whole === undefined) {
            at = mark
            return value
          }
          operations++
          return next.kind === 'of' ? `${value} / 100 * ${whole}` : `${whole} * (1 - ${value} / 100)`
        }
        value = `${value} / 100`
        at++
      } else return value
    }
  }

  function primary(depth: number): string | undefined {
    const token = tokens[at]
    if (!token || depth > MAX_DEPTH) return undefined
    if (token.kind === 'number' || token.kind === 'value') {
      at++
      return token.text
    }
    if (token.kind === 'operator' && token.text === '-') {
      at++
      const value = primary(depth + 1)
      return value === undefined ? undefined : `-${value}`
    }
    if (token.kind === 'open') return bracketed(depth)
    if (token.kind === 'function') {
      at++
      const inner = bracketed(depth)
      if (inner === undefined) return undefined
      operations++
      return `${token.text}${inner}`
    }
    if (token.kind === 'prefix') {
      at++
      const value = operandAt(depth + 1)
      if (value === undefined) return undefined
      operations++
      return token.text.endsWith('*') ? `${token.text} ${value}` : `${token.text}(${value})`
    }
    return undefined
  }

  function bracketed(depth: number): string | undefined {
    if (tokens[at]?.kind !== 'open') return undefined
    at++
    const parts: string[] = []
    for (;;) {
      const part = binary(0, depth + 1)
      if (part === undefined) return undefined
      parts.push(part)
      if (tokens[at]?.kind !== 'comma') break
      at++
    }
    if (tokens[at]?.kind !== 'close') return undefined
    at++
    return `(${parts.join(', ')})`
  }

  return { expression: (depth) => binary(0, depth), at: () => at, operations: () => operations }
}
