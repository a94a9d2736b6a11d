import type { DialogProps } from './dialog-popup.tsx'
import { createOnDemand, OpenedOnDemand } from './on-demand.tsx'

const dialog = createOnDemand(async () => (await import('./dialog-popup.tsx')).Dialog)

/** Takes the whole attention until it is closed: by its cross, Esc, or a press beside it. */
export function Dialog(props: DialogProps) {
  return (
    <OpenedOnDemand demand={dialog} open={props.open} onOpenChange={props.onOpenChange}>
      {(Drawn) => <Drawn {...props} />}
    </OpenedOnDemand>
  )
}
