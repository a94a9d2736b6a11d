/** Keeps the newest in sight while the reader is at the end, and leaves a reader alone who scrolled up. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const NEAR_END_PX = 80

export interface StickToEnd {
  readonly scroller: RefObject<HTMLDivElement | null>
  /** The reader has scrolled up. */
  readonly isAway: boolean
  /** Something came since. */
  readonly hasNew: boolean
  readonly toEnd: () => void
}

export function useStickToEnd(content: unknown): StickToEnd {
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [isAway, setAway] = useState(false)
  const [seen, setSeen] = useState(content)
  // What is at the end is seen as it comes.
  if (!isAway && seen !== content) setSeen(content)

  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const onScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight
      atEnd.current = distance < NEAR_END_PX
      setAway(!atEnd.current)
    }
    const toEnd = () => {
      if (atEnd.current) element.scrollTop = element.scrollHeight
    }
    // What is drawn late, or takes room away, changes the height without changing the content.
    const observer = new ResizeObserver(toEnd)
    observer.observe(element)
    for (const child of element.children) observer.observe(child)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content decides when to look again
  useLayoutEffect(() => {
    const element = scroller.current
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight
  }, [content])

  const toEnd = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    atEnd.current = true
    setAway(false)
    element.scrollTo({ top: element.scrollHeight })
  }, [])

  return { scroller, isAway, hasNew: isAway && seen !== content, toEnd }
}
