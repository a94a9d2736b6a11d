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

export function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = []
  const path: string[] = []
  let lines: string[] = []
  let length = 0
  let line = 1
  let fenced = false

  const close = (next: number): void => {
    const body = lines.join('\n').trim()
    if (body !== '' || path.length > 0) sections.push({ heading: path.filter(Boolean).join(' › '), line, text: body })
    lines = []
    length = 0
    line = next
  }

  for (const [index, content] of text.split('\n').entries()) {
    if (/^\s*(?:```|~~~)/.test(content)) fenced = !fenced
    const heading = fenced ? null : /^(#{1,6})\s+(.+?)\s*#*\s*$/.exec(content)
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      if (index > 0) close(index + 1)
      path.length = heading[1].length - 1
      for (let level = 0; level < path.length; level += 1) path[level] ??= ''
      path.push(heading[2])
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
  const heading = /^#\s+(.+?)\s*#*\s*$/m.exec(text)?.[1] ?? /^#{2,6}\s+(.+?)\s*#*\s*$/m.exec(text)?.[1]
  return heading ?? documentId.slice(documentId.lastIndexOf('/') + 1).replace(/\.\w+$/, '')
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
