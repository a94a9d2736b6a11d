/**
 * What was written and not sent: kept for its user until this tab is closed, so that nothing written is lost. Written down at
 * once, also when what it was written in is not shown any more.
 */
import { useCallback, useRef, useState } from 'react'
import { useUser } from '../../session/signed-in.ts'

/** @param of - The thread, the message that is being edited, or another place to write; undefined: a new thread. */
export function useDraft(of: string | undefined) {
  const key = useDraftKey(of)
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '')
  const current = useRef(text)
  const change = useCallback(
    (next: string | ((now: string) => string)) => {
      current.current = typeof next === 'string' ? next : next(current.current)
      keep(key, current.current)
      setText(current.current)
    },
    [key],
  )
  return [text, change] as const
}

export function useHasDraft(of: string): boolean {
  return sessionStorage.getItem(useDraftKey(of)) !== null
}

function useDraftKey(of: string | undefined): string {
  return `toolcrib.draft.${useUser()}.${of ?? 'new'}`
}

function keep(key: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // More than a browser keeps: it stays where it was written.
  }
}
