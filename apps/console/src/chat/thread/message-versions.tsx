import { ChevronLeft, ChevronRight } from 'lucide-react'
import { IconButton } from '../../kit/icon-button.tsx'

/** Where a message stands among those that were sent in its place. */
export interface MessageVersionsProps {
  /** From 1. */
  readonly version: number
  readonly count: number
  readonly older: string | undefined
  readonly newer: string | undefined
  /** Shows the branch of a message. */
  readonly onShow: (messageId: string) => void
}

export function MessageVersions({ version, count, older, newer, onShow }: MessageVersionsProps) {
  return (
    <fieldset aria-label="Versions" className="flex items-center">
      <IconButton
        label="Older version"
        icon={ChevronLeft}
        className="size-6!"
        idle={older === undefined}
        onClick={() => older !== undefined && onShow(older)}
      />
      <span className="tabular-nums">
        {version}/{count}
      </span>
      <IconButton
        label="Newer version"
        icon={ChevronRight}
        className="size-6!"
        idle={newer === undefined}
        onClick={() => newer !== undefined && onShow(newer)}
      />
    </fieldset>
  )
}
