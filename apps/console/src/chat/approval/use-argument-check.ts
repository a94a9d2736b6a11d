/** What the server says to arguments that are being edited. The last question is the one whose answer counts. */

import { useCallback, useEffect, useState } from 'react'
import type { JsonValue } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'
import { type ArgumentDraft, type FieldIssue, readDraft } from './argument-draft.ts'

/** So long nothing is written before it is asked. */
const PAUSE_MS = 300

export interface ArgumentCheck {
  /** `unknown`: the server could not be asked, and will judge the answer. */
  readonly state: 'as shown' | 'checking' | 'fits' | 'unfit' | 'unknown'
  readonly issues: readonly FieldIssue[]
  /** What is to be sent; undefined: they are as they were shown, or no arguments yet. */
  readonly input: JsonValue | undefined
  /** Asks at once. Answers whether they may be sent; rejects when the server does not say. */
  readonly now: () => Promise<boolean>
}

interface Judged {
  /** The arguments, as JSON. */
  readonly of: string
  /** Undefined: nobody knows. */
  readonly issues: readonly FieldIssue[] | undefined
}

/** @param draft - Undefined: they are not being edited. */
export function useArgumentCheck(
  approvalId: string,
  shown: JsonValue,
  draft: ArgumentDraft | undefined,
): ArgumentCheck {
  const client = useClient()
  const [judged, setJudged] = useState<Judged>()
  const reading = draft === undefined ? undefined : readDraft(draft)
  const written = reading?.ok === true ? JSON.stringify(reading.input) : undefined
  const edited = written === JSON.stringify(shown) ? undefined : written

  const check = useCallback(
    async (text: string) => {
      const issues = await client.checkApproval(approvalId, JSON.parse(text) as JsonValue)
      setJudged({ of: text, issues })
      return issues.length === 0
    },
    [client, approvalId],
  )

  useEffect(() => {
    if (edited === undefined) return
    let asked = true
    const timer = setTimeout(() => {
      client.checkApproval(approvalId, JSON.parse(edited) as JsonValue).then(
        (issues) => asked && setJudged({ of: edited, issues }),
        (error: unknown) => asked && setJudged({ of: edited, issues: unsendable(error) }),
      )
    }, PAUSE_MS)
    return () => {
      asked = false
      clearTimeout(timer)
    }
  }, [client, approvalId, edited])

  const input = reading?.ok === true && edited !== undefined ? reading.input : undefined
  const now = useCallback(async () => edited === undefined || (await check(edited)), [check, edited])
  if (reading?.ok === false) return { state: 'unfit', issues: reading.issues, input, now }
  if (edited === undefined) return { state: 'as shown', issues: [], input, now }
  if (judged?.of !== edited) return { state: 'checking', issues: [], input, now }
  if (judged.issues === undefined) return { state: 'unknown', issues: [], input, now }
  return { state: judged.issues.length === 0 ? 'fits' : 'unfit', issues: judged.issues, input, now }
}

/** Arguments that no answer could carry either. Undefined: it is not known whether they fit. */
function unsendable(error: unknown): readonly FieldIssue[] | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'FRAME_TOO_LARGE')
    return [{ path: '', message: 'These are too long to be sent as edited. Shorten them.' }]
  return code === 'COMMAND_INVALID' ? [{ path: '', message: String(message) }] : undefined
}
