/** Streaming Markdown. Nothing in it runs, and nothing loads from outside: pictures become links to them. */
import { type Components, Streamdown } from 'streamdown'

const components: Components = {
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noreferrer noopener" className="underline">
      {alt || 'picture'}
    </a>
  ),
}

export function Markdown({ text, streaming }: { readonly text: string; readonly streaming: boolean }) {
  return (
    <div className="markdown min-w-0 break-words leading-relaxed [overflow-wrap:anywhere]">
      <Streamdown
        isAnimating={streaming}
        controls={{ table: false, mermaid: false, code: true }}
        components={components}
      >
        {text}
      </Streamdown>
    </div>
  )
}
