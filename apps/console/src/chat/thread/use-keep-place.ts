/** Leaves what is being read where it is, when earlier turns come in above it. */
import { type RefObject, useLayoutEffect, useRef } from 'react'

export function useKeepPlace(scroller: RefObject<HTMLDivElement | null>, firstRunId: string | undefined): void {
  const fromEnd = useRef(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first turn decides when to look again
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (fromEnd.current > 0) element.scrollTop = element.scrollHeight - fromEnd.current
    const onScroll = () => {
      fromEnd.current = element.scrollHeight - element.scrollTop
    }
    onScroll()
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => element.removeEventListener('scroll', onScroll)
  }, [scroller, firstRunId])
}
