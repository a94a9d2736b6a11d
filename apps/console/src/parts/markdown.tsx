/**
 * Streaming Markdown. The law: nothing in it runs, and nothing loads from outside. What draws it is loaded beside the chat;
 * until then, and when it cannot be had or breaks, the text is shown as it was written.
 */
import { CatchBoundary } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { AsWritten } from './as-written.tsx'
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
  const plain = <AsWritten text={shown} />
  return (
    <div className="markdown min-w-0 leading-relaxed [overflow-wrap:anywhere]">
      {Rendered === undefined ? (
        plain
      ) : (
        // One text that cannot be drawn takes no other with it. It is not tried again with each letter that comes.
        <CatchBoundary getResetKey={() => 'text'} errorComponent={() => plain}>
          <Rendered text={shown} streaming={streaming} />
        </CatchBoundary>
      )}
    </div>
  )
}
