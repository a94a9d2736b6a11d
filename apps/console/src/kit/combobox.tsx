import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { Choice } from './choice.ts'
import { fieldLook, labelLook } from './field-look.ts'
import { popupItemLook, popupLayer, popupLook } from './popup.ts'

export interface ComboboxProps<T extends string> {
  readonly label: string
  /** Default false: the label stands above. */
  readonly hideLabel?: boolean
  readonly value: T | undefined
  /** Undefined: it was cleared. */
  readonly onChange: (value: T | undefined) => void
  readonly options: readonly Choice<T>[]
  readonly placeholder?: string
  readonly className?: string
}

/** One of many, found by typing. */
export function Combobox<T extends string>(props: ComboboxProps<T>) {
  const { label, hideLabel = false, value, onChange, options, placeholder = 'Type to find…' } = props
  return (
    <Base.Root
      items={options}
      value={options.find((option) => option.value === value) ?? null}
      onValueChange={(next: Choice<T> | null) => onChange(next?.value)}
      itemToStringLabel={(option: Choice<T>) => option.label}
      autoHighlight
    >
      <div className={`flex min-w-0 flex-col gap-1.5 ${props.className ?? ''}`}>
        <Base.Label className={hideLabel ? 'sr-only' : labelLook}>{label}</Base.Label>
        <Base.InputGroup className="relative">
          <Base.Input placeholder={placeholder} className={`${fieldLook} pe-8`} />
          <Base.Trigger
            aria-label={`${label}: show all`}
            className="absolute inset-y-0 end-1 grid w-7 place-items-center text-muted-foreground"
          >
            <ChevronsUpDown aria-hidden="true" className="size-3.5" />
          </Base.Trigger>
        </Base.InputGroup>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className={popupLayer}>
          <Base.Popup className={`${popupLook} w-(--anchor-width) min-w-48 max-w-[calc(100vw-1rem)] overflow-hidden`}>
            <Base.Empty className="px-4 py-3 text-sm text-muted-foreground empty:hidden">Nothing found.</Base.Empty>
            <Base.List className="max-h-[min(20rem,var(--available-height))] overflow-y-auto p-1.5 empty:hidden">
              {(option: Choice<T>) => (
                <Base.Item
                  key={option.value}
                  value={option}
                  disabled={option.disabled ?? false}
                  className={popupItemLook}
                >
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{option.label}</span>
                    {option.description !== undefined && (
                      <span className="block text-xs text-muted-foreground">{option.description}</span>
                    )}
                  </span>
                  <Base.ItemIndicator>
                    <Check aria-hidden="true" className="size-4 text-primary" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
