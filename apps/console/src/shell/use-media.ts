import { useSyncExternalStore } from 'react'

/** Whether the page is as wide as two columns need. */
export function useIsWide(): boolean {
  return useMedia('(min-width: 48rem)')
}

/** Whether it is as wide as three columns need. */
export function useIsRoomy(): boolean {
  return useMedia('(min-width: 72rem)')
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}
