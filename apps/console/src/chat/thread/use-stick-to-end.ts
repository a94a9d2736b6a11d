/** Keeps the newest in sight while the reader is at the end, and leaves a reader alone who scrolled up. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

const NEAR_END_PX = 80

export function useStickToEnd(content: unknown): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)

  useEffect(() => {
    const scroller = element.current
    if (scroller === null) return
    const onScroll = () => {
      atEnd.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    }
    const toEnd = () => {
      if (atEnd.current) scroller.scrollTo({ top: scroller.scrollHeight })
    }
    // What is drawn late, or takes room away, changes the height without changing the content.
    const observer = new ResizeObserver(toEnd)
    observer.observe(scroller)
    for (const child of scroller.children) observer.observe(child)
    scroller.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', onScroll)
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content decides when to look again
  useLayoutEffect(() => {
    if (atEnd.current) element.current?.scrollTo({ top: element.current.scrollHeight })
  }, [content])

  return element
}
