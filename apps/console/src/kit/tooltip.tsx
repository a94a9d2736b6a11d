/**
 * One tooltip for the whole page, moved to whatever is pointed at: five hundred rows cost no more than one. It is never the
 * only place where a thing is said.
 */
import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import { Kbd } from './kbd.tsx'

interface Told {
  readonly text: string
  readonly keys?: string | undefined
}

const told = Base.createHandle<Told>()

export interface TooltipProps extends Told {
  /** What is pointed at; it takes a ref and the props of an element. */
  readonly children: ReactElement
}

export function Tooltip({ text, keys, children }: TooltipProps) {
  return <Base.Trigger handle={told} payload={{ text, keys }} render={children} delay={500} />
}

/** Once in the page. */
export function TooltipRegion() {
  return (
    <Base.Root
      handle={told}
      onOpenChange={(_, details) => {
        if (details.reason !== 'escape-key') return
        // It closes, and does not take the key: that is meant for what the tooltip stands in.
        details.cancel()
        details.allowPropagation()
        queueMicrotask(() => told.close())
      }}
    >
      {({ payload }) => (
        <Base.Portal>
          <Base.Positioner aria-hidden="true" sideOffset={6} className="pointer-events-none z-70">
            <Base.Popup className="flex max-w-72 origin-(--transform-origin) items-center gap-2 rounded-lg bg-foreground px-2.5 py-1.5 text-xs text-background shadow-popup transition-opacity duration-100 [overflow-wrap:anywhere] data-ending-style:opacity-0 data-starting-style:opacity-0">
              <bdi>{payload?.text}</bdi>
              {payload?.keys !== undefined && <Kbd keys={payload.keys} />}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      )}
    </Base.Root>
  )
}
