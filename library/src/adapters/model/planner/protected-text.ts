/**
 * Text whose quoted and fenced pieces stand aside, so that a `;` in code never ends a clause. Takes one pass, whatever the text.
 *
 * @module
 */

type PieceKind = 'fence' | 'tick' | 'quote'

export interface Piece {
  readonly kind: PieceKind
  readonly text: string
}

export interface ProtectedText {
  /** The text with a mark in place of each piece. */
  readonly masked: string
  readonly pieces: readonly Piece[]
}

/** A noncharacter of Unicode, which no text may hold (a ground uses the next one), and the number of the piece as one private-use character. */
const MARK = '\uFDD0'
const FIRST = 0xe000
const MAX_PIECES = 64

export const markPattern = '\\uFDD0[\\uE000-\\uE0FF]'
export const mark: RegExp = new RegExp(markPattern, 'g')

const closers: Readonly<Record<string, string>> = { '"': '"', '“': '”', '«': '»', '‘': '’' }

export function protect(source: string): ProtectedText {
  const text = source.replace(/[\uFDD0\uFDD1]/g, '')
  const pieces: Piece[] = []
  const unclosed = new Set<string>()
  let masked = ''
  let copied = 0
  const take = (start: number, end: number, piece: Piece): number => {
    masked += text.slice(copied, start) + MARK + String.fromCharCode(FIRST + pieces.length)
    pieces.push(piece)
    copied = end
    return end
  }
  const closing = (closer: string, from: number): number => {
    if (unclosed.has(closer)) return -1
    const found = text.indexOf(closer, from)
    if (found < 0) unclosed.add(closer)
    return found
  }

  for (let at = 0; at < text.length && pieces.length < MAX_PIECES; ) {
    const character = text[at] ?? ''
    if (character === '`' && text.startsWith('```', at)) {
      const end = closing('```', at + 3)
      if (end > 0) {
        at = take(at, end + 3, { kind: 'fence', text: withoutLanguage(text.slice(at + 3, end)) })
        continue
      }
      at += 3
    } else if (character === '`') {
      const end = closing('`', at + 1)
      if (end > at + 1) {
        at = take(at, end + 1, { kind: 'tick', text: text.slice(at + 1, end) })
        continue
      }
      at++
    } else if (closers[character] !== undefined && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) {
      const end = closing(closers[character], at + 1)
      if (end > at + 1) {
        at = take(at, end + 1, { kind: 'quote', text: text.slice(at + 1, end) })
        continue
      }
      at++
    } else if (character === "'" && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) {
      const end = closingApostrophe(text, at)
      if (end > 0) {
        at = take(at, end + 1, { kind: 'quote', text: text.slice(at + 1, end) })
        continue
      }
      at++
    } else {
      at++
    }
  }
  return { masked: masked + text.slice(copied), pieces }
}

/** A single quote closes before a blank, punctuation or the end: `'it's done'` is one quotation. Looks 400 characters far. */
function closingApostrophe(text: string, open: number): number {
  const far = Math.min(text.length, open + 400)
  for (let at = open + 2; at < far; at++) {
    if (text[at] === '\n') return -1
    if (text[at] === "'" && !/[\p{L}\p{N}]/u.test(text[at + 1] ?? '')) return at
  }
  return -1
}

function withoutLanguage(fenced: string): string {
  return fenced.replace(/^[a-zA-Z]{0,16}[ \t]*\r?\n/, '').replace(/^\s*\n|\s+$/g, '')
}

/** The pieces marked in `masked`, in order. */
export function piecesIn(masked: string, pieces: readonly Piece[]): (Piece & { readonly at: number })[] {
  const found: (Piece & { at: number })[] = []
  for (const match of masked.matchAll(mark)) {
    const piece = pieces[match[0].charCodeAt(1) - FIRST]
    if (piece) found.push({ ...piece, at: match.index })
  }
  return found
}

/** The text as it was written. */
export function unmask(masked: string, pieces: readonly Piece[]): string {
  return masked.replace(mark, (one) => {
    const piece = pieces[one.charCodeAt(1) - FIRST]
    if (!piece) return ''
    return piece.kind === 'quote'
      ? `"${piece.text}"`
      : piece.kind === 'tick'
        ? `\`${piece.text}\``
        : `\n\`\`\`\n${piece.text}\n\`\`\`\n`
  })
}

/** What stands in `masked`: the bare piece when it is nothing but one, else the text as it was written. */
export function writtenValue(masked: string, pieces: readonly Piece[]): string {
  const trimmed = masked.trim()
  const [only] = trimmed.length === 2 ? piecesIn(trimmed, pieces) : []
  return only ? only.text : unmask(trimmed, pieces)
}
