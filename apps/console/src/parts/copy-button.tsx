/** Copies a text, and says for a moment that it did. */
import { Check, Copy, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from '../kit/icon-button.tsx'

const SHOWN_MS = 1_500

export interface CopyButtonProps {
  /** What it copies. */
  readonly label: string
  /** Asked for when it is pressed. */
  readonly text: () => string
  readonly className?: string
}

export function CopyButton({ label, text, className = '' }: CopyButtonProps) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready')

  useEffect(() => {
    if (state === 'ready') return
    const timer = setTimeout(() => setState('ready'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])

  async function copy() {
    try {
      await navigator.clipboard.writeText(text())
      setState('copied')
    } catch {
      // Refused by the browser, or not at hand on a page without TLS.
      setState('failed')
    }
  }

  return (
    <>
      <IconButton
        label={state === 'copied' ? 'Copied' : state === 'failed' ? 'The browser did not let it be copied' : label}
        icon={state === 'copied' ? Check : state === 'failed' ? X : Copy}
        onClick={() => void copy()}
        className={className}
      />
      <span role="status" className="sr-only">
        {state === 'copied' ? 'Copied' : ''}
      </span>
    </>
  )
}
