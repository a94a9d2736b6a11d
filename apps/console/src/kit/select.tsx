import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { Choice } from './choice.ts'
import { fieldLook, labelLook } from './field-look.ts'
import { popupItemLook, popupLayer, popupLook } from './popup.ts'

export interface SelectProps<T extends string> {
  readonly label: string
  /** Default false: the label stands above. */
  readonly hideLabel?: boolean
  readonly value: T | undefined
  readonly onChange: (value: T) => void
  readonly options: readonly Choice<T>[]
  readonly placeholder?: string
  readonly disabled?: boolean
  readonly className?: string
  /** Of what stands beside it and says more of it. */
  readonly describedBy?: string | undefined
  readonly invalid?: boolean
}

/** One of a handful. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, hideLabel = false, value, onChange, options, placeholder = 'Choose…', disabled = false } = props
  return (
    <Base.Root
      items={options}
      value={value ?? null}
      onValueChange={(next: T | null) => next !== null && onChange(next)}
      disabled={disabled}
      modal={false}
    >
      <div className={`flex min-w-0 flex-col gap-1.5 ${props.className ?? ''}`}>
        <Base.Label className={hideLabel ? 'sr-only' : labelLook}>{label}</Base.Label>
        <Base.Trigger
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          className={`${fieldLook} flex items-center justify-between gap-2 text-start data-disabled:opacity-50`}
        >
          <Base.Value className="min-w-0 truncate" placeholder={placeholder} />
          <Base.Icon>
            <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-muted-foreground" />
          </Base.Icon>
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner alignItemWithTrigger={false} sideOffset={4} className={popupLayer}>
          <Base.Popup
            className={`${popupLook} max-h-(--available-height) min-w-(--anchor-width) max-w-[min(24rem,calc(100vw-1rem))] overflow-y-auto p-1.5`}
          >
            {options.map(({ value: own, label: text, description, icon: Picture, disabled: off = false }) => (
              <Base.Item key={own} value={own} disabled={off} className={popupItemLook}>
                {Picture !== undefined && (
                  <Picture aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
                )}
                <span className="min-w-0 flex-1">
                  <Base.ItemText className="block truncate">{text}</Base.ItemText>
                  {description !== undefined && (
                    <span className="block text-xs text-muted-foreground">{description}</span>
                  )}
                </span>
                <Base.ItemIndicator>
                  <Check aria-hidden="true" className="size-4 text-primary" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
