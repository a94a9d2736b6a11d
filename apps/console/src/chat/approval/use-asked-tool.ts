/** The tool that an approval is about, as the server knows it, and how it was decided when it is open no more. */

import { useEffect, useState } from 'react'
import type { Replies } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'

type Asked = Replies['approval.get']

/**
 * Undefined: it is not known yet, or nobody says. Asked once: a tool that was changed meanwhile is found out when the
 * arguments are checked, and by the answer.
 */
export function useAskedTool(approvalId: string): Asked | undefined {
  const client = useClient()
  const [asked, setAsked] = useState<{ readonly approvalId: string; readonly answer: Asked }>()

  useEffect(() => {
    let shown = true
    client.approval(approvalId).then(
      (answer) => shown && setAsked({ approvalId, answer }),
      () => {},
    )
    return () => {
      shown = false
    }
  }, [client, approvalId])

  return asked?.approvalId === approvalId ? asked.answer : undefined
}
