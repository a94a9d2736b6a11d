import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import { popupLayer, popupLook } from './popup.ts'

export interface PopoverProps {
  readonly trigger: ReactElement
  /** Its name, also when it is not shown. */
  readonly title: string
  /** Default true. */
  readonly showTitle?: boolean
  readonly children: ReactNode
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  /** Default `bottom`. */
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  /** Default `start`. */
  readonly align?: 'start' | 'center' | 'end'
  /** Its width and the like. Default 20 rem wide. */
  readonly className?: string
}

/** Something to look at, or to set, beside what it belongs to. */
export function Popover(props: PopoverProps) {
  const { trigger, title, showTitle = true, children, open, onOpenChange, side = 'bottom', align = 'start' } = props
  return (
    <Base.Root
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange === undefined ? {} : { onOpenChange: (next: boolean) => onOpenChange(next) })}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} collisionPadding={8} className={popupLayer}>
          <Base.Popup
            className={`${popupLook} max-h-(--available-height) max-w-[calc(100vw-1rem)] overflow-y-auto p-4 ${props.className ?? 'w-80'}`}
          >
            <Base.Title className={showTitle ? 'mb-2 text-sm font-semibold' : 'sr-only'}>{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
