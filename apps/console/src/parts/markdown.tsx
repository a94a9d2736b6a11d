/**
 * Streaming Markdown. The law: nothing in it runs, and nothing loads from outside. What draws it is loaded beside the chat;
 * until then, and when it cannot be had, the text is shown as it was written.
 */
import { useMemo, useSyncExternalStore } from 'react'
import { markdownRenderer } from './markdown/renderer.ts'
import { plainText } from './plain-text.ts'

export interface MarkdownProps {
  readonly text: string
  /** More of it is coming. */
  readonly streaming: boolean
}

export function Markdown({ text, streaming }: MarkdownProps) {
  const shown = useMemo(() => plainText(text), [text])
  const Rendered = useSyncExternalStore(markdownRenderer.subscribe, markdownRenderer.current)
  return (
    <div className="markdown min-w-0 leading-relaxed [overflow-wrap:anywhere]">
      {Rendered === undefined ? (
        <p dir="auto" className="whitespace-pre-wrap">
          {shown}
        </p>
      ) : (
        <Rendered text={shown} streaming={streaming} />
      )}
    </div>
  )
}
