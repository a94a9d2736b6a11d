import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'
import { backdropLook } from './popup.ts'

export interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly children?: ReactNode
  /** The buttons at its end. */
  readonly footer?: ReactNode
  /** Default `medium`. */
  readonly size?: 'small' | 'medium' | 'large'
  readonly initialFocus?: ComponentProps<typeof Base.Popup>['initialFocus']
}

const widths = { small: 'max-w-sm', medium: 'max-w-lg', large: 'max-w-3xl' } as const

/** Takes the whole attention until it is closed: by its cross, Esc, or a press beside it. */
export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, children, footer, size = 'medium', initialFocus } = props
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={backdropLook} />
        <Base.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Base.Popup
            {...(initialFocus === undefined ? {} : { initialFocus })}
            className={`relative flex max-h-[calc(100dvh-2rem)] w-full flex-col rounded-2xl border bg-popover text-popover-foreground shadow-popup outline-none transition-[opacity,scale] duration-150 data-ending-style:scale-97 data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0 ${widths[size]}`}
          >
            <div className="px-5 pt-4.5 pe-14 pb-3">
              <Base.Title className="text-base font-semibold [overflow-wrap:anywhere]">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="mt-1 text-sm text-muted-foreground">{description}</Base.Description>
              )}
            </div>
            {children !== undefined && <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>}
            {footer !== undefined && (
              <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3.5">{footer}</div>
            )}
            {/* Last, so that the focus goes first to what the dialog is for. */}
            <Base.Close render={<IconButton label="Close" icon={X} className="absolute! end-3.5 top-3.5" />} />
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
