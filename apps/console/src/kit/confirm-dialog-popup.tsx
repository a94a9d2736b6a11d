import { AlertDialog as Base } from '@base-ui/react/alert-dialog'
import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { backdropLook } from './popup.ts'

export interface ConfirmDialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** A question. */
  readonly title: ReactNode
  /** What will have happened. */
  readonly description: ReactNode
  /** A verb, such as “Sign out everywhere”. */
  readonly confirm: string
  /** It cannot be taken back. */
  readonly danger?: boolean
  /** Closes when it is done; what it rejects with is shown and it stays. */
  readonly onConfirm: () => void | Promise<void>
}

/** Asks before what cannot be undone. A press beside it answers nothing. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, description, confirm, danger = false, onConfirm } = props
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function act() {
    setBusy(true)
    setProblem(undefined)
    try {
      await onConfirm()
      onOpenChange(false)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It did not work; try again')
    } finally {
      setBusy(false)
    }
  }

  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={backdropLook} />
        <Base.Viewport className="fixed inset-0 z-40 grid place-items-center p-4">
          <Base.Popup className="w-full max-w-sm rounded-2xl border bg-popover p-5 text-popover-foreground shadow-popup outline-none transition-[opacity,scale] duration-150 data-ending-style:scale-97 data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0">
            <Base.Title className="text-base font-semibold [overflow-wrap:anywhere]">{title}</Base.Title>
            <Base.Description className="mt-1.5 text-sm text-muted-foreground">{description}</Base.Description>
            {problem !== undefined && (
              <p role="alert" className="mt-3 text-sm text-bad">
                {problem}
              </p>
            )}
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <Base.Close render={<Button>Cancel</Button>} />
              <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void act()}>
                {confirm}
              </Button>
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
