import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { backdropLook } from './popup.ts'

export interface DrawerProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** What it holds. */
  readonly label: string
  readonly children: ReactNode
}

/** A column that comes in from the side where there is no room for it: keeps the focus, closes by Esc or a press beside it. */
export function Drawer({ open, onOpenChange, label, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={backdropLook} />
        <Base.Popup
          aria-label={label}
          className="fixed inset-y-0 start-0 z-40 flex w-80 max-w-[85vw] flex-col overflow-y-auto border-e bg-sidebar shadow-popup outline-none transition-transform duration-200 data-ending-style:-translate-x-full data-starting-style:-translate-x-full rtl:data-ending-style:translate-x-full rtl:data-starting-style:translate-x-full"
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
