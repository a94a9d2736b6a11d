/**
 * Which Markdown is drawn, a block at a time. The law: no text can stop the page. What reads Markdown takes the square of some of
 * what may be written, and runs out of stack in what is nested by thousands: that is shown as it was written.
 */
import { parseMarkdownIntoBlocks } from 'streamdown'

const MAX_CHARS = 500_000
/** All after these is one block more, which is not drawn. */
export const MAX_BLOCKS = 1_000
/** What may begin or end something, in one block: so many take up to half a second. */
const MAX_MARKS = 5_000
const MAX_BRACKETS = 5_000
const MAX_UNDERLINES = 500

/** Quotations, lists and footnotes, each opened within the one before on the same line. */
const nested = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])|\[\^[^\]\s]{1,99}\]:)){50}/m
const indentedList = /^[ \t>]{100,}(?:[-*+]|\d{1,9}[.)])[ \t]/m
const wideTable = /^[ \t>]*(?:\|[ \t]*)?(?::?-+:?[ \t]*\|[ \t]*){50}/m
const underlines = /^[ \t>]*(?:-+|=+)[ \t]*$/gm

/** Together they are the text. */
export function blocksOf(text: string): string[] {
  if (!isReadable(text)) return [text]
  const blocks = parseMarkdownIntoBlocks(text)
  return blocks.length <= MAX_BLOCKS ? blocks : [...blocks.slice(0, MAX_BLOCKS), blocks.slice(MAX_BLOCKS).join('')]
}

export function isDrawable(block: string): boolean {
  return isReadable(block) && (isOneFence(block) || countOf(block, marks, MAX_MARKS) <= MAX_MARKS)
}

/** It can be taken apart into blocks. */
export function isReadable(text: string): boolean {
  return (
    text.length <= MAX_CHARS &&
    !nested.test(text) &&
    !indentedList.test(text) &&
    !wideTable.test(text) &&
    countOf(text, brackets, MAX_BRACKETS) <= MAX_BRACKETS &&
    (text.match(underlines)?.length ?? 0) <= MAX_UNDERLINES
  )
}

const brackets: ReadonlySet<string> = new Set('[')
const marks: ReadonlySet<string> = new Set('*_~[]!|\n')

/** Counts no further than it must. */
function countOf(text: string, counted: ReadonlySet<string>, max: number): number {
  let count = 0
  for (let at = 0; at < text.length && count <= max; at++) if (counted.has(text.charAt(at))) count++
  return count
}

/** Code, in which no mark means anything. */
function isOneFence(block: string): boolean {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(block)?.[1]
  if (fence === undefined) return false
  const end = block.indexOf(`\n${fence}`)
  return (
    end === -1 ||
    !block
      .slice(end + 1)
      .trimEnd()
      .includes('\n')
  )
}
