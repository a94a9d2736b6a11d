import { RefreshCw, X } from 'lucide-react'
import { createPortal } from 'react-dom'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'

/** A part of the page is not to be had. At the place of the notes, which may not be to be had either. */
export function NotLoaded({ onClose }: { readonly onClose: () => void }) {
  return createPortal(
    <div
      role="alert"
      className="fixed inset-x-4 bottom-24 z-60 mx-auto flex max-w-sm flex-col gap-3 rounded-xl border bg-popover p-4 text-sm text-popover-foreground shadow-popup sm:right-4 sm:left-auto sm:w-96"
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="font-medium">This could not be loaded</p>
          <p className="mt-0.5 text-muted-foreground">
            The server does not answer, or was updated since. What you have written stays.
          </p>
        </div>
        <IconButton label="Close this note" icon={X} onClick={onClose} />
      </div>
      <Button size="small" icon={RefreshCw} onClick={() => location.reload()} className="self-start">
        Reload
      </Button>
    </div>,
    document.body,
  )
}
