import { createOnDemand, PressedOnDemand } from './on-demand.tsx'
import type { PopoverProps } from './popover-popup.tsx'

const popover = createOnDemand(async () => (await import('./popover-popup.tsx')).Popover)

/** Something to look at, or to set, beside what it belongs to. Loaded when its trigger is pressed. */
export function Popover(props: PopoverProps) {
  return (
    <PressedOnDemand demand={popover} opens="dialog" trigger={props.trigger}>
      {(Drawn, trigger) => <Drawn {...props} trigger={trigger} />}
    </PressedOnDemand>
  )
}
