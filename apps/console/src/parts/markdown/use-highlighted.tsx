/** Code in colours. The law: a token is a class, its colour is a token of the theme; nothing of it is HTML that was written. */
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { Coloured, Highlighter } from './highlighter.ts'

/** Colouring takes about a millisecond for so many characters; more is coloured once it is whole. */
const MAX_GROWING_CHARS = 8_000
/** More stays in one colour: of code that is made for it, this much takes a second. */
const MAX_CHARS = 12_000

/** Undefined while there is nothing to colour it with. */
export function useHighlighted(code: string, language: string | undefined, growing: boolean): ReactNode | undefined {
  const [highlighter, setHighlighter] = useState<Highlighter>()
  const waits = language === undefined || code.length > (growing ? MAX_GROWING_CHARS : MAX_CHARS)

  useEffect(() => {
    if (waits) return
    let current = true
    // A language that cannot be loaded is shown in one colour.
    loadHighlighter(language).then(
      (loaded) => current && setHighlighter(() => loaded),
      () => {},
    )
    return () => {
      current = false
    }
  }, [language, waits])

  return useMemo(() => (waits ? undefined : drawn(highlighter?.(code))), [highlighter, code, waits])
}

async function loadHighlighter(language: string): Promise<Highlighter | undefined> {
  const { highlighterOf } = await import('./highlighter.ts')
  return highlighterOf(language)
}

function drawn(coloured: Coloured | undefined): ReactNode | undefined {
  return coloured?.children.map(drawnNode)
}

function drawnNode(node: Coloured['children'][number], index: number): ReactNode {
  if (node.type === 'text') return node.value
  if (node.type !== 'element') return null
  const { className } = node.properties
  return (
    <span key={index} className={Array.isArray(className) ? className.join(' ') : undefined}>
      {node.children.map(drawnNode)}
    </span>
  )
}
