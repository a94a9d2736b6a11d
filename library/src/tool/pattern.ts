/** Patterns of schemas. The law: a pattern runs unwatched only when it is plain to see that it ends soon. @module */

export interface CompiledPattern {
  readonly regExp: RegExp
  /** Whether its time grows no faster than the text. When unsure, no. */
  readonly linear: boolean
}

const maxPatternCharacters = 2_000

/** Undefined when it is no pattern of ECMAScript, or too long. */
export function compilePattern(source: string): CompiledPattern | undefined {
  if (source.length > maxPatternCharacters) return undefined
  const regExp = construct(source, 'u') ?? construct(source, '')
  return regExp && { regExp, linear: isPlainlyLinear(source) }
}

/** Schemas in the wild escape what needs no escape, such as `\@`, which is an error only in Unicode mode. */
function construct(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

/**
 * At most one unbounded repetition, and that from a fixed start; nothing repeated that itself repeats or chooses; few
 * choices. Much that is linear fails this test, and only pays for being watched.
 */
function isPlainlyLinear(source: string): boolean {
  let choices = 0
  let repeats = 0
  let inClass = false
  let depth = 0
  let splitAtTop = false
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at]
    if (character === '\\') {
      at += 1
      if (!inClass && /[1-9k]/.test(source[at] ?? '')) return false
      continue
    }
    if (inClass) {
      inClass = character !== ']'
      continue
    }
    if (character === '[') inClass = true
    else if (character === '(') {
      depth += 1
      if (source[at + 1] === '?') {
        if (source[at + 2] !== ':') return false
        at += 2
      }
    } else if (character === ')') {
      depth -= 1
      if (/[*+{]/.test(source[at + 1] ?? '')) return false
    } else if (character === '|') {
      choices += 1
      splitAtTop ||= depth === 0
    } else if (character === '*' || character === '+') {
      repeats += 1
      if (source[at + 1] === '?') at += 1
    } else if (character === '{') {
      const bounds = /^\{(\d+)(,(\d*))?\}\??/.exec(source.slice(at))
      if (bounds === null) return false
      if (Number(bounds[1]) > 256 || Number(bounds[3] ?? 0) > 256) return false
      if (bounds[2] !== undefined) repeats += 1
      at += bounds[0].length - 1
    } else if (character === '?') choices += 1
  }
  if (choices > 8 || repeats > 1) return false
  return repeats === 0 || (source.startsWith('^') && !splitAtTop)
}
