/**
 * Numbers as people write them: `1,250`, `10k`, `twelve`, `two hundred and five`. A value is never guessed from part of a word.
 *
 * @module
 */

const small: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
}
const large: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 }

const NAMES = [...Object.keys(small), ...Object.keys(large)].sort((a, b) => b.length - a.length).join('|')
const NUMBER_WORDS = new RegExp(`\\b(?:${NAMES})(?:(?:[ -]and)?[ -](?:${NAMES}))*\\b`, 'gi')
const NOT_A_NUMBER_BEFORE =
  /\b(?:first|second|third|last|that|this|which|the|next|previous|other|another|no|every|any|some)\s+$/i

/** The text with number words, thousands separators and `10k` written in digits. */
export function withDigits(text: string): string {
  return text
    .replace(NUMBER_WORDS, (found, offset: number, whole: string) => {
      const lone = /^one$/i.test(found)
      if (lone && NOT_A_NUMBER_BEFORE.test(whole.slice(Math.max(0, offset - 12), offset))) return found
      return numbersIn(found.toLowerCase().split(/[ -]+/))
    })
    .replace(/\b\d{1,3}(?:,\d{3})+(?![\d,])/g, (found) => found.replaceAll(',', ''))
    .replace(/\b(\d+(?:\.\d+)?)k\b/gi, (_, digits: string) => String(Number(digits) * 1000))
}

/** `two hundred and five` is one number; `nineteen and twenty` are two. */
function numbersIn(words: readonly string[]): string {
  const out: string[] = []
  let total = 0
  let group: number | undefined
  let last = Number.POSITIVE_INFINITY
  const flush = (): void => {
    if (group !== undefined || total > 0) out.push(String(total + (group ?? 0)))
    total = 0
    group = undefined
    last = Number.POSITIVE_INFINITY
  }
  for (const [index, word] of words.entries()) {
    if (word === 'and') {
      if (last < 100 || group === undefined) {
        flush()
        out.push('and')
      }
      continue
    }
    const scale = large[word]
    const value = small[word]
    if (scale !== undefined) {
      if (scale === 100) group = (group ?? 1) * 100
      else {
        total += (group ?? 1) * scale
        group = 0
      }
      last = scale
    } else if (value !== undefined) {
      const follows = group === undefined || group === 0 || last >= 100 || (last >= 20 && last < 100 && value < 10)
      if (!follows) flush()
      group = (group ?? 0) + value
      last = value
    }
    if (index === words.length - 1) flush()
  }
  return out.join(' ')
}

/** The number that `text` is, or undefined. */
export function readNumber(text: string): number | undefined {
  const digits = withDigits(text.trim())
    .replace(/^[$€£¥]\s*/, '')
    .replace(/\s*%$/, '')
  return /^[-+]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(digits) ? Number(digits) : undefined
}

export interface FoundNumber {
  readonly value: number
  readonly start: number
  readonly end: number
}

/** Free-standing numbers of a text that `withDigits` has gone over; parts of ids, dates and versions are none. */
export function numbersOf(text: string): FoundNumber[] {
  const found: FoundNumber[] = []
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_.:/#-])-?(?:\d+(?:\.\d+)?|\.\d+)(?![\p{L}\p{N}_:/-]|\.\d)/gu)) {
    found.push({ value: Number(match[0]), start: match.index, end: match.index + match[0].length })
  }
  return found
}
