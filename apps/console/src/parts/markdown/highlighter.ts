/**
 * Grammars, each loaded when the first code of its language is shown. The law: colours are worth little time. A grammar takes the
 * square of some code, or breaks on it; one that was slow once is not used again on this page.
 */
import type { LanguageFn } from 'highlight.js'
import { createLowlight } from 'lowlight'

const lowlight = createLowlight()

/** What was made of a code: a tree of texts, in elements that have classes. */
export type Coloured = ReturnType<typeof lowlight.highlight>
/** Undefined: the code is better shown in one colour. */
export type Highlighter = (code: string) => Coloured | undefined

const SLOW_MS = 400
/** Parts of the page that one code may take. */
const MAX_ELEMENTS = 5_000
const slow = new Set<string>()

/** Undefined: the language is not known. */
export async function highlighterOf(written: string): Promise<Highlighter | undefined> {
  const language = aliases.get(written.toLowerCase()) ?? written.toLowerCase()
  const load = grammars.get(language)
  if (load === undefined) return undefined
  if (!lowlight.registered(language)) lowlight.register(language, (await load()).default)
  return (code) => (slow.has(language) ? undefined : coloured(language, code))
}

function coloured(language: string, code: string): Coloured | undefined {
  const begun = performance.now()
  try {
    const tree = lowlight.highlight(language, code)
    return elementsOf(tree) > MAX_ELEMENTS ? undefined : tree
  } catch {
    // Nested deeper than the grammar can follow.
    return undefined
  } finally {
    if (performance.now() - begun > SLOW_MS) slow.add(language)
  }
}

function elementsOf({ children }: { readonly children: Coloured['children'] }): number {
  return children.reduce((count, node) => (node.type === 'element' ? count + 1 + elementsOf(node) : count), 0)
}

type Load = () => Promise<{ readonly default: LanguageFn }>

const grammars: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['bash', () => import('highlight.js/lib/languages/bash')],
  ['c', () => import('highlight.js/lib/languages/c')],
  ['cpp', () => import('highlight.js/lib/languages/cpp')],
  ['csharp', () => import('highlight.js/lib/languages/csharp')],
  ['css', () => import('highlight.js/lib/languages/css')],
  ['dart', () => import('highlight.js/lib/languages/dart')],
  ['diff', () => import('highlight.js/lib/languages/diff')],
  ['dockerfile', () => import('highlight.js/lib/languages/dockerfile')],
  ['elixir', () => import('highlight.js/lib/languages/elixir')],
  ['go', () => import('highlight.js/lib/languages/go')],
  ['graphql', () => import('highlight.js/lib/languages/graphql')],
  ['haskell', () => import('highlight.js/lib/languages/haskell')],
  ['http', () => import('highlight.js/lib/languages/http')],
  ['ini', () => import('highlight.js/lib/languages/ini')],
  ['java', () => import('highlight.js/lib/languages/java')],
  ['javascript', () => import('highlight.js/lib/languages/javascript')],
  ['json', () => import('highlight.js/lib/languages/json')],
  ['kotlin', () => import('highlight.js/lib/languages/kotlin')],
  ['lua', () => import('highlight.js/lib/languages/lua')],
  ['makefile', () => import('highlight.js/lib/languages/makefile')],
  ['markdown', () => import('highlight.js/lib/languages/markdown')],
  ['nginx', () => import('highlight.js/lib/languages/nginx')],
  ['perl', () => import('highlight.js/lib/languages/perl')],
  ['php', () => import('highlight.js/lib/languages/php')],
  ['powershell', () => import('highlight.js/lib/languages/powershell')],
  ['python', () => import('highlight.js/lib/languages/python')],
  ['r', () => import('highlight.js/lib/languages/r')],
  ['ruby', () => import('highlight.js/lib/languages/ruby')],
  ['rust', () => import('highlight.js/lib/languages/rust')],
  ['scala', () => import('highlight.js/lib/languages/scala')],
  ['scss', () => import('highlight.js/lib/languages/scss')],
  ['sql', () => import('highlight.js/lib/languages/sql')],
  ['swift', () => import('highlight.js/lib/languages/swift')],
  ['typescript', () => import('highlight.js/lib/languages/typescript')],
  ['xml', () => import('highlight.js/lib/languages/xml')],
  ['yaml', () => import('highlight.js/lib/languages/yaml')],
])

const aliases: ReadonlyMap<string, string> = new Map([
  ['c#', 'csharp'],
  ['c++', 'cpp'],
  ['cs', 'csharp'],
  ['docker', 'dockerfile'],
  ['golang', 'go'],
  ['html', 'xml'],
  ['js', 'javascript'],
  ['jsonc', 'json'],
  ['jsx', 'javascript'],
  ['kt', 'kotlin'],
  ['md', 'markdown'],
  ['mjs', 'javascript'],
  ['patch', 'diff'],
  ['ps1', 'powershell'],
  ['py', 'python'],
  ['rb', 'ruby'],
  ['rs', 'rust'],
  ['sh', 'bash'],
  ['shell', 'bash'],
  ['svg', 'xml'],
  ['toml', 'ini'],
  ['ts', 'typescript'],
  ['tsx', 'typescript'],
  ['vue', 'xml'],
  ['yml', 'yaml'],
  ['zsh', 'bash'],
])
