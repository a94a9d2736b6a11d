import { ArrowDown } from 'lucide-react'

export interface JumpToEndProps {
  /** Something is there that was not seen yet. */
  readonly hasNew: boolean
  readonly onJump: () => void
}

/** Over the end of what is seen, while the reader is elsewhere. */
export function JumpToEnd({ hasNew, onJump }: JumpToEndProps) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <button
        type="button"
        onClick={onJump}
        className={`pointer-events-auto flex min-h-9 items-center gap-1.5 rounded-full border bg-popover px-3.5 text-sm shadow-popup hover:bg-muted ${hasNew ? 'font-medium text-primary' : 'text-muted-foreground'}`}
      >
        <ArrowDown aria-hidden="true" className="size-4" />
        {hasNew ? 'Something new' : 'To the newest'}
      </button>
    </div>
  )
}
