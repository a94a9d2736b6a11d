/** A long list to choose from, of which only the rows in sight are drawn. One stop of the tab key; arrows choose. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'

export interface RowListProps<T> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** What is read out of a row is what stands in it. */
  readonly children: (item: T) => ReactNode
  /** The key of the chosen one. */
  readonly chosen: string | undefined
  readonly onChoose: (item: T) => void
  readonly rowHeight: number
  /** Stays above the rows, as high as one. */
  readonly header?: ReactNode
  /** Behind the rows, as high as all of them. */
  readonly backdrop?: ReactNode
  /** Keeps the end in sight as rows come, for as long as it is in sight. */
  readonly followsEnd?: boolean
  readonly className?: string
}

export function RowList<T>(props: RowListProps<T>) {
  const { label, items, keyOf, chosen, onChoose, rowHeight, header, backdrop, followsEnd = false } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(followsEnd)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 16,
    scrollPaddingStart: header === undefined ? 0 : rowHeight,
    scrollMargin: header === undefined ? 0 : rowHeight,
  })
  const chosenIndex = chosen === undefined ? -1 : items.findIndex((item) => keyOf(item) === chosen)

  useEffect(() => {
    if (followsEnd && atEnd.current && items.length > 0) rows.scrollToIndex(items.length - 1)
  }, [followsEnd, items.length, rows])

  function choose(index: number) {
    const bounded = Math.max(0, Math.min(items.length - 1, index))
    const item = items[bounded]
    if (item === undefined) return
    rows.scrollToIndex(bounded)
    onChoose(item)
  }

  function press(event: KeyboardEvent) {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const next = targets(page, items.length).get(event.key)?.(chosenIndex)
    if (next === undefined) return
    event.preventDefault()
    choose(next)
  }

  const shown = rows.getVirtualItems()
  const isDrawn = shown.some(({ index }) => index === chosenIndex)
  return (
    <div
      ref={scroller}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 2 * rowHeight
      }}
      className={`relative overflow-auto overscroll-contain outline-ring has-focus-visible:outline-2 ${props.className ?? ''}`}
    >
      {header}
      <div
        role="listbox"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={isDrawn ? `${id}-${chosenIndex}` : undefined}
        onKeyDown={press}
        className="relative outline-none"
        style={{ height: rows.getTotalSize() }}
      >
        {backdrop}
        {shown.map(({ index, start, key }) => {
          const item = items[index]
          if (item === undefined) return null
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names its active row
            <div
              key={key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosenIndex}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              onClick={() => choose(index)}
              className="absolute inset-x-0 cursor-pointer hover:bg-muted/70 aria-selected:bg-accent"
              style={{ height: rowHeight, transform: `translateY(${start - rows.options.scrollMargin}px)` }}
            >
              {props.children(item)}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function targets(page: number, count: number): ReadonlyMap<string, (index: number) => number> {
  return new Map<string, (index: number) => number>([
    ['ArrowDown', (index) => index + 1],
    ['ArrowUp', (index) => (index === -1 ? count - 1 : index - 1)],
    ['PageDown', (index) => index + page],
    ['PageUp', (index) => index - page],
    ['Home', () => 0],
    ['End', () => count - 1],
    ['Enter', (index) => Math.max(0, index)],
  ])
}
