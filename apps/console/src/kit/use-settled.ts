import { useEffect, useState } from 'react'

const pauseMs = 120

/** What is being typed, once its writer pauses: the server is not asked for every letter. Nothing at all counts at once. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)

  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])

  return text === '' ? '' : settled
}
