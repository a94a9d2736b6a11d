import type { DrawerProps } from './drawer-popup.tsx'
import { createOnDemand, OpenedOnDemand } from './on-demand.tsx'

const drawer = createOnDemand(async () => (await import('./drawer-popup.tsx')).Drawer)

/** A column that comes in from the side where there is no room for it: keeps the focus, closes by Esc or a press beside it. */
export function Drawer(props: DrawerProps) {
  return (
    <OpenedOnDemand demand={drawer} open={props.open} onOpenChange={props.onOpenChange}>
      {(Drawn) => <Drawn {...props} />}
    </OpenedOnDemand>
  )
}
