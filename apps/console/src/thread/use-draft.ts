/** What was written and not sent: kept for its user and thread until this tab is closed, so that nothing written is lost. */
import { useEffect, useState } from 'react'
import { useUser } from '../connection.tsx'

export function useDraft(threadId: string | undefined) {
  const key = `toolcrib.draft.${useUser()}.${threadId ?? 'new'}`
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '')

  useEffect(() => {
    if (text === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  }, [key, text])

  return [text, setText] as const
}
