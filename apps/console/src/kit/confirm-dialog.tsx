import type { ConfirmDialogProps } from './confirm-dialog-popup.tsx'
import { createOnDemand, OpenedOnDemand } from './on-demand.tsx'

const dialog = createOnDemand(async () => (await import('./confirm-dialog-popup.tsx')).ConfirmDialog)

/** Asks before what cannot be undone. A press beside it answers nothing. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <OpenedOnDemand demand={dialog} open={props.open} onOpenChange={props.onOpenChange}>
      {(Drawn) => <Drawn {...props} />}
    </OpenedOnDemand>
  )
}
