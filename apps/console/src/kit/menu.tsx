/** Menus, and what is in them: loaded when the first is asked for. */
import type { ContextMenuProps, MenuChoiceProps, MenuItemProps, MenuProps } from './menu-popup.tsx'
import { createOnDemand, DrawnOnDemand, OpenedOnDemand, PressedOnDemand } from './on-demand.tsx'

const menu = createOnDemand(() => import('./menu-popup.tsx'))

export function Menu(props: MenuProps) {
  return (
    <PressedOnDemand demand={menu} opens="menu" trigger={props.trigger}>
      {({ Menu: Drawn }, trigger) => <Drawn {...props} trigger={trigger} />}
    </PressedOnDemand>
  )
}

/** In the place of the browser's own. */
export function ContextMenu(props: ContextMenuProps) {
  return (
    <OpenedOnDemand demand={menu} open={props.open} onOpenChange={props.onOpenChange}>
      {({ ContextMenu: Drawn }) => <Drawn {...props} />}
    </OpenedOnDemand>
  )
}

export function MenuItem(props: MenuItemProps) {
  return <DrawnOnDemand demand={menu}>{({ MenuItem: Drawn }) => <Drawn {...props} />}</DrawnOnDemand>
}

export function MenuSeparator() {
  return <DrawnOnDemand demand={menu}>{({ MenuSeparator: Drawn }) => <Drawn />}</DrawnOnDemand>
}

/** One of a few, chosen in the menu. */
export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  return <DrawnOnDemand demand={menu}>{({ MenuChoice: Drawn }) => <Drawn {...props} />}</DrawnOnDemand>
}
