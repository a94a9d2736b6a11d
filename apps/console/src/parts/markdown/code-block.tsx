/** Code with its language, a button to copy it, and colours as soon as they can be had. Long lines scroll, or wrap on request. */
import { TextWrap } from 'lucide-react'
import { memo, useDeferredValue, useState } from 'react'
import { IconButton } from '../../kit/icon-button.tsx'
import { CopyButton } from '../copy-button.tsx'
import { useHighlighted } from './use-highlighted.tsx'

export interface CodeBlockProps {
  readonly code: string
  readonly language: string | undefined
  /** Its end has not come yet. */
  readonly growing: boolean
}

export const CodeBlock = memo(function CodeBlock({ code, language, growing }: CodeBlockProps) {
  const [wrapped, setWrapped] = useState(false)
  const shown = useDeferredValue(code)
  const coloured = useHighlighted(shown, language, growing)
  return (
    <figure
      aria-label={language === undefined ? 'Code' : `Code: ${language}`}
      className="my-3 overflow-hidden rounded-xl border bg-card"
      dir="ltr"
    >
      <figcaption className="flex h-9 items-center gap-1 border-b bg-muted/60 ps-3.5 pe-1 text-xs text-muted-foreground">
        <span className="min-w-0 flex-1 truncate font-mono">{language ?? 'text'}</span>
        <IconButton
          label={wrapped ? 'Let long lines scroll' : 'Wrap long lines'}
          icon={TextWrap}
          aria-pressed={wrapped}
          onClick={() => setWrapped(!wrapped)}
          className="size-7! aria-pressed:text-primary"
        />
        <CopyButton text={() => code} label="Copy the code" className="size-7!" />
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard, too
        tabIndex={0}
        className={`max-h-128 overflow-auto p-3.5 font-mono text-[0.8125rem] leading-relaxed ${wrapped ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre [overflow-wrap:normal]'}`}
      >
        <code>{coloured ?? shown}</code>
      </pre>
    </figure>
  )
})
