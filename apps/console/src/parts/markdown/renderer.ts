/** What draws Markdown: asked for once, when the first text wants it. Then it is there at once, and nothing flashes. */
import type { ComponentType } from 'react'
import type { MarkdownProps } from '../markdown.tsx'

type Rendered = ComponentType<MarkdownProps>

export const markdownRenderer = createRenderer(async () => (await import('./rendered-markdown.tsx')).RenderedMarkdown)

function createRenderer(load: () => Promise<Rendered>) {
  const listeners = new Set<() => void>()
  let loading = false
  let loaded: Rendered | undefined

  function ask(): void {
    if (loading) return
    loading = true
    load().then(
      (rendered) => {
        loaded = rendered
        for (const listener of listeners) listener()
      },
      () => {
        // The plain text stays; the next text asks again.
        loading = false
      },
    )
  }

  return {
    /** So that it is on its way before there is a text. */
    ask,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      ask()
      return () => void listeners.delete(listener)
    },
    current: (): Rendered | undefined => loaded,
  }
}
