/** Above the first turn that is shown: asks for those before it, when it is scrolled to or pressed. */
import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react'

export interface EarlierTurnsProps {
  readonly scroller: RefObject<HTMLDivElement | null>
  /** Of the first turn that is shown. */
  readonly firstRunId: string | undefined
  readonly onLoad: () => Promise<void>
}

export function EarlierTurns({ scroller, firstRunId, onLoad }: EarlierTurnsProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function load() {
    setBusy(true)
    try {
      await onLoad()
      setProblem(undefined)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The earlier messages could not be read')
    } finally {
      setBusy(false)
    }
  }

  const onSeen = useEffectEvent(() => void load())

  useEffect(() => {
    const target = button.current
    if (target === null || firstRunId === undefined) return
    const observer = new IntersectionObserver(([entry]) => {
      // A page that is not filled yet shows the button at once; only who scrolls up asks by looking.
      const isScrolled = scroller.current !== null && scroller.current.scrollHeight > scroller.current.clientHeight
      if (entry?.isIntersecting === true && isScrolled) onSeen()
    })
    observer.observe(target)
    return () => observer.disconnect()
  }, [scroller, firstRunId])

  return (
    <div className="flex flex-col items-center gap-2">
      <button
        ref={button}
        type="button"
        disabled={busy}
        onClick={() => void load()}
        className="rounded-lg border bg-card px-3 py-1.5 text-sm text-muted-foreground hover:text-foreground disabled:opacity-60"
      >
        {busy ? 'Loading…' : 'Earlier messages'}
      </button>
      {problem !== undefined && (
        <p role="alert" className="text-sm text-bad">
          {problem}
        </p>
      )}
    </div>
  )
}
