import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import { type ReactElement, type ReactNode, useMemo } from 'react'
import type { Icon } from './icon.ts'
import { Kbd } from './kbd.tsx'
import { menuLook, popupItemLook, popupLayer } from './popup.ts'

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

export interface ContextMenuProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** Where it was asked for. */
  readonly at: DOMRect
  readonly children: ReactNode
}

export function ContextMenu({ open, onOpenChange, at, children }: ContextMenuProps) {
  const anchor = useMemo(() => ({ getBoundingClientRect: () => at }), [at])
  return (
    <Base.Root modal={false} open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} align="start" sideOffset={2} className={popupLayer}>
          <Base.Popup className={menuLook}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
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

interface MenuGroupProps {
  readonly label: ReactNode
  readonly children: ReactNode
}

function MenuGroup({ label, children }: MenuGroupProps) {
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
