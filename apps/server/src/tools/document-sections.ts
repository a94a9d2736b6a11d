/**
 * A document cut at its headings, each piece small enough to be found by what it says.
 *
 * @module
 */

export interface Section {
  /** The headings that lead to it, outermost first, joined by ` › `; empty before the first. */
  readonly heading: string
  /** Of its first line, from 1. */
  readonly line: number
  readonly text: string
}

const MAX_SECTION_CHARACTERS = 4_000
const MAX_HEADING_CHARACTERS = 120
/** Beyond this headings are text like any other: a document of nothing but headings would be thousands of times its size. */
const MAX_CUTS = 2_000

export function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = []
  const path: string[] = []
  let lines: string[] = []
  let length = 0
  let line = 1

  const close = (next: number): void => {
    const body = lines.join('\n').trim()
    if (body !== '' || path.length > 0) sections.push({ heading: path.filter(Boolean).join(' › '), line, text: body })
    lines = []
    length = 0
    line = next
  }

  for (const { content, heading, index } of linesOf(text)) {
    if (heading !== undefined && sections.length < MAX_CUTS) {
      if (index > 0) close(index + 1)
      path.length = heading.level - 1
      for (let level = 0; level < path.length; level += 1) path[level] ??= ''
      path.push(heading.text)
      line = index + 1
      continue
    }
    if (length + content.length > MAX_SECTION_CHARACTERS && length > 0) close(index + 1)
    const pieces = piecesOf(content)
    for (const piece of pieces.slice(0, -1)) {
      lines.push(piece)
      close(index + 1)
    }
    const rest = pieces.at(-1) ?? ''
    lines.push(rest)
    length += rest.length + 1
  }
  close(0)
  return sections
}

/** A line that is longer than a section, cut between words where it has any. */
function piecesOf(line: string): readonly string[] {
  const pieces: string[] = []
  let from = 0
  while (line.length - from > MAX_SECTION_CHARACTERS) {
    const space = line.lastIndexOf(' ', from + MAX_SECTION_CHARACTERS)
    const to = space > from ? space : from + MAX_SECTION_CHARACTERS
    pieces.push(line.slice(from, to))
    from = to
  }
  return [...pieces, line.slice(from)]
}

/** Its first heading of the first level, else its first heading, else its file's name. */
export function titleOf(text: string, documentId: string): string {
  let first: string | undefined
  for (const { heading } of linesOf(text)) {
    if (heading?.level === 1) return heading.text
    first ??= heading?.text
  }
  return first ?? documentId.slice(documentId.lastIndexOf('/') + 1).replace(/\.\w+$/, '')
}

interface Line {
  readonly content: string
  /** From 0. */
  readonly index: number
  readonly heading: { readonly level: number; readonly text: string } | undefined
}

function* linesOf(text: string): Generator<Line> {
  let fenced = false
  for (const [index, content] of text.split('\n').entries()) {
    if (/^\s{0,9}(?:```|~~~)/.test(content)) fenced = !fenced
    yield { content, index, heading: fenced ? undefined : headingOf(content) }
  }
}

/** A long one is cut. Whatever the line holds, it is passed over only a few times. */
function headingOf(line: string): Line['heading'] {
  const marks = /^#{1,6}(?=[ \t])/.exec(line)?.[0]
  if (marks === undefined) return undefined
  const rest = line.slice(marks.length).trim()
  let end = rest.length
  while (end > 0 && rest[end - 1] === '#') end -= 1
  const text = rest.slice(0, end).trimEnd().replaceAll(/\s+/g, ' ').slice(0, MAX_HEADING_CHARACTERS)
  return text === '' ? undefined : { level: marks.length, text }
}

/** A piece of the text around the first word of the query in it, at most `max` characters, in whole words. */
export function snippetOf(text: string, query: string, max: number): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim()
  if (flat.length <= max) return flat
  const lower = flat.toLowerCase()
  const places = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2)
    .map((word) => lower.indexOf(word))
    .filter((place) => place >= 0)
  const first = places.length > 0 ? Math.min(...places) : 0
  const from = Math.max(0, Math.min(first - Math.floor(max / 4), flat.length - max))
  const start = from === 0 ? 0 : flat.indexOf(' ', from) + 1
  const end = start + max >= flat.length ? flat.length : Math.max(start + 1, flat.lastIndexOf(' ', start + max))
  return `${start > 0 ? '… ' : ''}${flat.slice(start, end)}${end < flat.length ? ' …' : ''}`
}
