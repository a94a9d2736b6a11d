import { Tooltip as Base } from '@base-ui/react/tooltip'
import { useState } from 'react'
import { Kbd } from './kbd.tsx'

export interface TooltipPopupProps {
  /** Undefined: nothing is told. */
  readonly anchor: HTMLElement | undefined
}

/** Says what stands at the element, beside it. */
export function TooltipPopup({ anchor }: TooltipPopupProps) {
  // While it goes away it stays where it was.
  const [last, setLast] = useState(anchor)
  if (anchor !== undefined && anchor !== last) setLast(anchor)
  const { tooltip, tooltipKeys } = last?.dataset ?? {}
  return (
    <Base.Root open={anchor !== undefined}>
      <Base.Portal>
        <Base.Positioner anchor={last ?? null} aria-hidden="true" sideOffset={6} className="pointer-events-none z-70">
          <Base.Popup className="flex max-w-72 origin-(--transform-origin) items-center gap-2 rounded-lg bg-foreground px-2.5 py-1.5 text-xs text-background shadow-popup transition-opacity duration-100 [overflow-wrap:anywhere] data-ending-style:opacity-0 data-starting-style:opacity-0">
            <bdi>{tooltip}</bdi>
            {tooltipKeys !== undefined && <Kbd keys={tooltipKeys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
