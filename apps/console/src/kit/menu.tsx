/** Menus: by a button, or in the place of the browser's own context menu. Their items are the same. */
import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import type { Icon } from './icon.ts'
import { Kbd } from './kbd.tsx'
import { popupItemLook, popupLayer, popupLook } from './popup.ts'

export const menuLook = `${popupLook} max-h-(--available-height) min-w-52 max-w-[min(20rem,calc(100vw-1rem))] overflow-y-auto p-1.5`

export interface MenuProps {
  readonly trigger: ReactElement
  readonly children: ReactNode
  /** Default `bottom`. */
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  /** Default `start`. */
  readonly align?: 'start' | 'center' | 'end'
}

export function Menu({ trigger, children, side = 'bottom', align = 'start' }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className={popupLayer}>
          <Base.Popup className={menuLook}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** @param trigger - What is pressed with the other button, or long. */
export function ContextMenu({ trigger, children }: { readonly trigger: ReactElement; readonly children: ReactNode }) {
  return (
    <BaseContext.Root>
      <BaseContext.Trigger render={trigger} />
      <BaseContext.Portal>
        <BaseContext.Positioner className={popupLayer}>
          <BaseContext.Popup className={menuLook}>{children}</BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}

export interface MenuItemProps {
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly icon?: Icon
  /** Such as `Mod+K`. */
  readonly keys?: string
  readonly danger?: boolean
  readonly disabled?: boolean
}

export function MenuItem({ children, onSelect, icon: Picture, keys, danger = false, disabled = false }: MenuItemProps) {
  return (
    <Base.Item
      onClick={onSelect}
      disabled={disabled}
      className={`${popupItemLook} ${danger ? 'text-bad data-highlighted:bg-bad/10' : ''}`}
    >
      {Picture !== undefined && (
        <Picture aria-hidden="true" className={`size-4 shrink-0 ${danger ? '' : 'text-muted-foreground'}`} />
      )}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys !== undefined && <Kbd keys={keys} className="text-muted-foreground" />}
    </Base.Item>
  )
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1.5 my-1.5 h-px bg-border" />
}

export function MenuGroup({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-muted-foreground">
        {label}
      </Base.GroupLabel>
      {children}
    </Base.Group>
  )
}

export interface MenuChoiceProps<T extends string> {
  readonly label: ReactNode
  readonly value: T
  readonly onChange: (value: T) => void
  readonly options: readonly {
    readonly value: T
    readonly label: ReactNode
    readonly description?: ReactNode
    readonly icon?: Icon
  }[]
  /** Default false: the menu stays open. */
  readonly closes?: boolean
}

/** One of a few, chosen in the menu. */
export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  const { label, value, onChange, options, closes = false } = props
  return (
    <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
      <MenuGroup label={label}>
        {options.map(({ value: own, label: text, description, icon: Picture }) => (
          <Base.RadioItem key={own} value={own} closeOnClick={closes} className={popupItemLook}>
            {Picture !== undefined && <Picture aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />}
            <span className="min-w-0 flex-1">
              <span className="block truncate">{text}</span>
              {description !== undefined && (
                <span dir="auto" className="block text-xs text-muted-foreground [overflow-wrap:anywhere]">
                  {description}
                </span>
              )}
            </span>
            <Base.RadioItemIndicator>
              <Check aria-hidden="true" className="size-4 text-primary" />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </MenuGroup>
    </Base.RadioGroup>
  )
}
