/** Streamdown, with our own code blocks, links and tables. Blocks that did not change are not drawn again. */
import { isValidElement, type ReactNode, useDeferredValue, useMemo } from 'react'
import {
  Block,
  type BlockProps,
  type Components,
  type ExtraProps,
  Streamdown,
  useIsCodeFenceIncomplete,
} from 'streamdown'
import { AsWritten } from '../as-written.tsx'
import type { MarkdownProps } from '../markdown.tsx'
import { blocksOf, isDrawable, isReadable, MAX_BLOCKS } from './blocks.ts'
import './code.css'
import './markdown.css'
import { CodeBlock } from './code-block.tsx'

export function RenderedMarkdown({ text, streaming }: MarkdownProps) {
  // Typing and scrolling come before the next letters.
  const later = useDeferredValue(text)
  const shown = streaming ? later : text
  const repaired = useMemo(() => streaming && isReadable(shown), [streaming, shown])
  return (
    <Streamdown
      // The same parts of the page while it is written and after: nothing jumps at the end.
      mode="streaming"
      isAnimating={streaming}
      parseIncompleteMarkdown={repaired}
      parseMarkdownIntoBlocksFn={blocksOf}
      BlockComponent={DrawnBlock}
      components={components}
      controls={false}
      dir="auto"
      className="-my-3 flow-root"
    >
      {shown}
    </Streamdown>
  )
}

function DrawnBlock(props: BlockProps) {
  const { content, index } = props
  const drawn = useMemo(() => index < MAX_BLOCKS && isDrawable(content), [index, content])
  if (drawn) return <Block {...props} />
  return (
    <>
      <p className="text-xs text-muted-foreground">Shown as it was written: there is too much of it to draw.</p>
      <AsWritten text={content} />
    </>
  )
}

interface CodeProps extends ExtraProps {
  readonly className?: string | undefined
  readonly children?: ReactNode
  /** Streamdown's mark of a block. */
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
  readonly children?: ReactNode
}

/** Its words may say what they like: where it leads stands in its title. */
function Link({ href, children }: LinkProps) {
  if (href === undefined || href === '' || href.startsWith('streamdown:')) return <span>{children}</span>
  return (
    <a
      href={href}
      title={href}
      target="_blank"
      rel="noreferrer noopener"
      className="font-medium text-primary underline decoration-primary/40 underline-offset-3 hover:decoration-primary"
    >
      {children}
    </a>
  )
}

const components: Components = {
  code: Code,
  a: Link,
  img: ({ src, alt }) => <Link href={typeof src === 'string' ? src : undefined}>{alt || 'picture'}</Link>,
  ul: ({ children }) => <ul className="list-disc">{children}</ul>,
  ol: ({ children, start }) => (
    <ol className="list-decimal" start={start}>
      {children}
    </ol>
  ),
  li: ({ children }) => <li>{children}</li>,
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
