/**
 * Streamdown's blocks, with our own code blocks, links and tables. The law: while a text grows, no more is read and drawn again
 * than its last block. Streamdown as a whole would read all of it, and bring controls that are not shown.
 */
import { cloneElement, isValidElement, memo, type ReactNode, useDeferredValue, useMemo } from 'react'
import remend from 'remend'
import {
  Block,
  type BlockProps,
  type Components,
  defaultRehypePlugins,
  defaultRemarkPlugins,
  detectTextDirection,
  type ExtraProps,
  useIsCodeFenceIncomplete,
} from 'streamdown'
import { AsWritten } from '../as-written.tsx'
import type { MarkdownProps } from '../markdown.tsx'
import { blocksOf, hasOpenFence, isDrawable, MAX_BLOCKS } from './blocks.ts'
import './code.css'
import './markdown.css'
import { CodeBlock } from './code-block.tsx'

const remarkPlugins = Object.values(defaultRemarkPlugins)
const rehypePlugins = Object.values(defaultRehypePlugins).map(settled)

export function RenderedMarkdown({ text, streaming }: MarkdownProps) {
  // Typing and scrolling come before the next letters.
  const later = useDeferredValue(text)
  const shown = streaming ? later : text
  const blocks = useMemo(() => blocksOf(shown), [shown])
  return (
    <div className="-my-3 flow-root whitespace-normal">
      {blocks.map((block, index) => (
        <DrawnBlock
          // biome-ignore lint/suspicious/noArrayIndexKey: a text only grows
          key={index}
          text={block}
          index={index}
          growing={streaming && index === blocks.length - 1}
        />
      ))}
    </div>
  )
}

type Plugin = NonNullable<BlockProps['rehypePlugins']>[number]

/** With its options in it: Streamdown writes them out for each block, to find the reader that it has. */
function settled(plugin: Plugin): Plugin {
  if (!Array.isArray(plugin)) return plugin
  const [attach, ...options] = plugin
  return function attachSettled() {
    return attach.apply(this, options)
  }
}

interface DrawnBlockProps {
  readonly text: string
  readonly index: number
  /** What was begun in it may not have ended yet. */
  readonly growing: boolean
}

const DrawnBlock = memo(function DrawnBlock({ text, index, growing }: DrawnBlockProps) {
  if (index >= MAX_BLOCKS || !isDrawable(text)) {
    return (
      <>
        <p className="text-xs text-muted-foreground">Shown as it was written: there is too much of it to draw.</p>
        <AsWritten text={text} />
      </>
    )
  }
  return (
    <Block
      content={growing ? remend(text) : text}
      index={index}
      dir={detectTextDirection(text)}
      isIncomplete={growing && hasOpenFence(text)}
      shouldParseIncompleteMarkdown={growing}
      shouldNormalizeHtmlIndentation={false}
      components={components}
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins}
    />
  )
})

interface CodeProps extends ExtraProps {
  readonly className?: string | undefined
  readonly children?: ReactNode
  /** The mark of a block, which `pre` leaves. */
  readonly 'data-block'?: unknown
}

function Code({ className, children, 'data-block': block }: CodeProps) {
  const isIncomplete = useIsCodeFenceIncomplete()
  if (block === undefined) {
    return <code className="rounded-md bg-muted px-1.5 py-0.5 font-mono text-[0.875em]">{children}</code>
  }
  const language = /language-(\S+)/.exec(className ?? '')?.[1]
  return <CodeBlock code={textOf(children).replace(/\n$/, '')} language={language} growing={isIncomplete} />
}

interface LinkProps extends ExtraProps {
  readonly href?: string | undefined
  readonly id?: string | undefined
  readonly 'aria-label'?: string | undefined
  readonly children?: ReactNode
}

/** Elsewhere, and nowhere in this page or at its server: whoever wrote the text knows neither. */
const elsewhere = /^(?:https?|mailto|tel):/i
/** Of a footnote, or back from it. */
const footnote = '#user-content-fn'

/** Its words may say what they like: where it leads stands in its title. */
function Link({ href = '', id, 'aria-label': label, children }: LinkProps) {
  if (href.startsWith(footnote)) {
    return (
      <FootnoteLink to={href.slice(1)} id={id} label={label}>
        {children}
      </FootnoteLink>
    )
  }
  if (!elsewhere.test(href)) return <span>{children}</span>
  return (
    <a href={href} title={href} target="_blank" rel="noreferrer noopener" className={linkLook}>
      {children}
    </a>
  )
}

const linkLook = 'font-medium text-primary underline decoration-primary/40 underline-offset-3 hover:decoration-primary'

interface FootnoteLinkProps {
  readonly to: string
  readonly id: string | undefined
  readonly label: string | undefined
  readonly children: ReactNode
}

/** The address of the page is its chat's. And each answer has a footnote 1: only its own is meant. */
function FootnoteLink({ to, id, label, children }: FootnoteLinkProps) {
  function go({ currentTarget }: { readonly currentTarget: Element }) {
    const target = currentTarget.closest('.markdown')?.querySelector(`[data-anchor="${CSS.escape(to)}"]`)
    target?.scrollIntoView({ block: 'nearest' })
    const focused = target?.matches('button') === true ? target : target?.querySelector('button')
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  }
  return (
    <button
      type="button"
      aria-label={label}
      data-anchor={id}
      onClick={go}
      className={`rounded px-0.5 leading-4 ${linkLook}`}
    >
      {children}
    </button>
  )
}

const components: Components = {
  code: Code,
  pre: ({ children }) =>
    isValidElement<CodeProps>(children) ? cloneElement(children, { 'data-block': true }) : children,
  a: Link,
  img: ({ src, alt }) => <Link href={typeof src === 'string' ? src : undefined}>{alt || 'picture'}</Link>,
  ul: ({ children }) => <ul className="list-disc">{children}</ul>,
  ol: ({ children, start }) => (
    <ol className="list-decimal" start={start}>
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote>{children}</blockquote>,
  li: ({ children, id }) => <li data-anchor={id}>{children}</li>,
  input: ({ checked }) => (
    <input type="checkbox" disabled checked={checked === true} aria-label={checked === true ? 'Done' : 'To do'} />
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and no table of a chat is a landmark
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard, too
    <div role="group" aria-label="Table" tabIndex={0} className="my-3 overflow-x-auto rounded-xl border">
      <table className="w-full border-collapse text-sm [overflow-wrap:normal]">{children}</table>
    </div>
  ),
  thead: ({ children }) => <thead className="bg-muted/60">{children}</thead>,
  tbody: ({ children }) => <tbody className="divide-y">{children}</tbody>,
  tr: ({ children }) => <tr>{children}</tr>,
  th: ({ children, style }) => (
    <th className="max-w-96 min-w-16 px-3 py-2 text-start font-semibold" style={style} dir="auto">
      {children}
    </th>
  ),
  td: ({ children, style }) => (
    <td className="max-w-96 min-w-16 px-3 py-2 align-top" style={style} dir="auto">
      {children}
    </td>
  ),
}

function textOf(node: ReactNode): string {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return node.map(textOf).join('')
  return isValidElement<{ readonly children?: ReactNode }>(node) ? textOf(node.props.children) : ''
}
