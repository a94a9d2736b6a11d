/** Files that are dropped anywhere on the page: left to the browser, they would be opened in its place. */
import { useEffect, useEffectEvent, useState } from 'react'

/** Answers whether files are held over the page now. */
export function useFileDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  const drop = useEffectEvent(onFiles)

  useEffect(() => {
    const listeners = new AbortController()
    const { signal } = listeners
    const held = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      setOver(true)
    }
    addEventListener('dragenter', held, { signal })
    addEventListener('dragover', held, { signal })
    addEventListener(
      'dragleave',
      (event) => {
        // Only when it leaves the page, and not on its way over what is on it.
        if (event.relatedTarget === null) setOver(false)
      },
      { signal },
    )
    addEventListener(
      'drop',
      (event) => {
        setOver(false)
        const files = [...(event.dataTransfer?.files ?? [])]
        if (files.length === 0) return
        event.preventDefault()
        drop(files)
      },
      { signal },
    )
    return () => listeners.abort()
  }, [])

  return over
}
