/** Names: their grammar, the reserved ones, and when two are too alike. The law: a name is never rewritten. @module */

/** What every model provider accepts as a tool's name. */
export const namePattern: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/**
 * Reserved everywhere. An object keyed by names would turn into a promise with `then` and choose its own JSON with
 * `toJSON`; the other two are what a missing name turns into when it is printed.
 */
const reservedEverywhere: readonly string[] = ['then', 'toJSON', 'null', 'undefined']

export function isValidName(name: string): boolean {
  return namePattern.test(name)
}

/** Two names with the same folding are confusable: they agree but for Unicode forms, case, `-` and `_`. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/[-_]/g, '')
}

/** The foldings of all reserved names: the built-in ones and those given. */
export function foldReserved(names: Iterable<string> = []): ReadonlySet<string> {
  return new Set([...reservedEverywhere, ...names].map(foldName))
}

/** A name fit to be shown: cut short, and without characters that could forge a line of a log. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name).slice(1, -1)
}

/** A text that has to stay on its line: line breaks and other control characters are escaped, the rest is left. */
export function quoteLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (char) => {
    const codePoint = char.codePointAt(0) ?? 0
    return `\\u${codePoint.toString(16).padStart(4, '0')}`
  })
}
