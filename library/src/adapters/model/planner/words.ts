/**
 * Words: how text becomes terms that can be compared. The same text always gives the same terms.
 *
 * @module
 */

export interface Word {
  readonly text: string
  /** Lower case, apostrophes straightened and dropped: `what’s` is `whats`. */
  readonly lower: string
  readonly start: number
  readonly end: number
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’_]*/gu

export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(WORD)) {
    const lower = match[0].toLowerCase().replace(/['’]/g, '')
    words.push({ text: match[0], lower, start: match.index, end: match.index + match[0].length })
  }
  return words
}

/** `noteId`, `note_id` and `note-id` are all `note id`. */
export function splitName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-.]+/g, ' ')
    .toLowerCase()
}

/** A light stemmer: plurals, -ing, -ed, and the final e, so that `saving`, `saves`, `saved` and `save` agree. */
export function stem(word: string): string {
  let stemmed = word
  if (stemmed.length > 4 && stemmed.endsWith('ies')) stemmed = `${stemmed.slice(0, -3)}y`
  else if (/(?:s|x|z|ch|sh)es$/.test(stemmed) && stemmed.length > 4) stemmed = stemmed.slice(0, -2)
  else if (stemmed.length > 3 && /[^su]s$/.test(stemmed)) stemmed = stemmed.slice(0, -1)
  if (stemmed.length > 5 && stemmed.endsWith('ing')) stemmed = undouble(stemmed.slice(0, -3))
  else if (stemmed.length > 4 && stemmed.endsWith('ed')) stemmed = undouble(stemmed.slice(0, -2))
  return stemmed.length > 3 && stemmed.endsWith('e') ? stemmed.slice(0, -1) : stemmed
}

function undouble(word: string): string {
  return /([bdgmnprt])\1$/.test(word) ? word.slice(0, -1) : word
}

/** Words that say how something is asked, not what. */
export const stopWords: ReadonlySet<string> = new Set(
  `a an the this that these those it its i im ive id me my mine you your yours we us our he she they them their
  is are was were be been being am do does did doing done has have had having can could would should will shall may might must
  what whats which who whos whose when where why how hows and or but if so than then too also just only very really please pls plz
  kindly thanks thank hey hi hello ok okay well oh yes no not of to in on at by for from with about into onto over as up down out off
  there here some any all each both more most other such own same lets let want need like gonna wanna id ill youre
  get got give tell know see much many now right tell quickly quick again something anything thing things information info details stuff one ones say says
  able way maybe actually basically simply waht wht teh cna yuo`.split(/\s+/),
)

/**
 * Groups of words that people use for one another. A word in the text also looks for the others of its groups, at a lower weight.
 * General English and general software words only: nothing here knows a tool.
 */
const synonymGroups: readonly string[] = [
  'calculate compute evaluate solve calculation math maths arithmetic calculator',
  'convert conversion turn change transform',
  'search find lookup look seek query locate searching',
  'read open show view display print',
  'list show display see view enumerate',
  'save store remember keep record memorize memorise memorise jot write note take',
  'delete remove erase discard drop trash',
  'run execute evaluate eval launch',
  'create make add new generate issue draft',
  'update change edit modify alter set',
  'send mail deliver forward',
  'email mail message',
  'book schedule reserve arrange plan set organise organize',
  'meeting appointment call event',
  'document doc documentation file page article manual guide',
  'note memo notes reminder',
  'javascript js code script snippet program',
  'time clock oclock date day hour today',
  'current now today',
  'invoice bill',
  'customer client buyer',
  'weather forecast rain temperature sunny',
  'unit units',
  'user person people member',
  'price cost',
  'image picture photo',
]

const synonyms: ReadonlyMap<string, readonly string[]> = readSynonyms()

function readSynonyms(): Map<string, string[]> {
  const table = new Map<string, string[]>()
  for (const group of synonymGroups) {
    const stems = [...new Set(group.split(' ').map(stem))]
    for (const one of stems) table.set(one, [...(table.get(one) ?? []), ...stems.filter((other) => other !== one)])
  }
  return table
}

export function synonymsOf(stemmed: string): readonly string[] {
  return synonyms.get(stemmed) ?? []
}

/** Stems that the synonym table knows: words worth correcting a typing error to. */
export const knownStems: Iterable<string> = synonyms.keys()

/** Fixed phrases that mean one word. They are read before stop words are dropped. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\b(?:work|figure|find) out\b/gi, 'calculate'],
  [/\b(?:write|note|jot|put) (?:this |that |it )?down\b/gi, 'save note'],
  [/\bmake a note\b/gi, 'save note'],
  [/\btake (?:a |down a )?note\b/gi, 'save note'],
  [/\bnote to self\b/gi, 'save note'],
  [/\bremember (?=that|this|to|:|some|it)/gi, 'save note '],
  [/\blook(?:ing)? (?:up|for)\b/gi, 'search'],
  [/\bget rid of\b/gi, 'delete'],
  [/\bset up\b/gi, 'create'],
  [/\bturn (?:on|off|up|down)\b/gi, 'switch'],
  [/\bo[’']?clock\b/gi, 'time'],
  [/\b(?:do|have) i (?:have|got|saved?)\b/gi, 'list'],
  [/\bhow (?:far|long|heavy|tall) is\b/gi, ''],
  [/\b(?:js|java script)\b/gi, 'javascript'],
]

export function withoutPhrases(text: string): string {
  let plain = text
  for (const [pattern, word] of phrases) plain = plain.replace(pattern, word)
  return plain
}

/** One typing error apart: a letter added, lost, changed, or two neighbours swapped. */
export function isNear(left: string, right: string): boolean {
  const difference = left.length - right.length
  if (difference > 1 || difference < -1 || left === right) return left === right
  let at = 0
  while (at < left.length && at < right.length && left[at] === right[at]) at++
  if (difference === 1) return left.slice(at + 1) === right.slice(at)
  if (difference === -1) return left.slice(at) === right.slice(at + 1)
  if (left.slice(at + 1) === right.slice(at + 1)) return true
  return left[at] === right[at + 1] && left[at + 1] === right[at] && left.slice(at + 2) === right.slice(at + 2)
}

export function stemsOf(text: string): string[] {
  return wordsOf(text.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')).map((word) => stem(word.lower))
}
