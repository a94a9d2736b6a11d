/**
 * Which Markdown is drawn, a block at a time. The law: no text can stop the page. What reads Markdown takes the square of some of
 * what may be written, and runs out of stack in what is nested by thousands: that is shown as it was written.
 */

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

/**
 * Together they are the text. Each can be read without the others: it ends where nothing of it can go on, and what is defined
 * for all of a text makes one block of it.
 */
export function blocksOf(text: string): string[] {
  if (definition.test(text)) return [text]
  const blocks: string[] = []
  let begun = 0
  let at = 0
  let fence = ''
  let wasBlank = false
  for (const line of text.split('\n')) {
    if (fence === '' && wasBlank && begins(line, text.slice(begun, begun + MAX_BEGINNING))) {
      if (blocks.length === MAX_BLOCKS) break
      blocks.push(text.slice(begun, at))
      begun = at
    }
    fence = fenceAfter(line, fence)
    wasBlank = line.trim() === ''
    at += line.length + 1
  }
  return [...blocks, text.slice(begun)]
}

/** A link, or a footnote. */
const definition = /^[ \t>]*\[[^\]\n]+\]:/m
const listItem = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/
/** HTML in which an empty line is no end. */
const endlessHtml = /^ {0,3}<(?:script|pre|style|textarea|!|\?)/i
const MAX_BEGINNING = 20

/** After an empty line: another block than the one before, of which this is the beginning. */
function begins(line: string, before: string): boolean {
  if (line.trim() === '' || /^[ \t]/.test(line) || endlessHtml.test(before)) return false
  return !(listItem.test(before) && listItem.test(line))
}

/** The fence of the code that is not closed after the line, or nothing. */
function fenceAfter(line: string, open: string): string {
  const found = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(line)
  const fence = found?.[1] ?? found?.[2]
  if (fence === undefined) return open
  if (open === '') return fence
  return fence.startsWith(open) && line.trim() === fence ? '' : open
}

export function isDrawable(block: string): boolean {
  return isReadable(block) && (isOneFence(block) || countOf(block, marks, MAX_MARKS) <= MAX_MARKS)
}

/** It can be read in time, and in the stack there is. */
function isReadable(text: string): boolean {
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

/** Code was begun whose end has not come yet. */
export function hasOpenFence(block: string): boolean {
  return block.split('\n').reduce((open, line) => fenceAfter(line, open), '') !== ''
}
