import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import type { Icon } from './icon.ts'

export interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly onChange: (value: T) => void
  readonly options: readonly { readonly value: T; readonly label: string; readonly icon?: Icon }[]
  readonly className?: string
}

/** One of two to five, all seen at once. */
export function Segmented<T extends string>({ label, value, onChange, options, className = '' }: SegmentedProps<T>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(next: readonly T[]) => {
        // What is chosen stays chosen when it is pressed again.
        const [chosen] = next
        if (chosen !== undefined) onChange(chosen)
      }}
      className={`inline-flex max-w-full items-center gap-0.5 overflow-x-auto rounded-lg bg-muted p-0.5 [scrollbar-width:none] ${className}`}
    >
      {options.map(({ value: own, label: text, icon: Picture }) => (
        <Toggle
          key={own}
          value={own}
          className="inline-flex min-h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-sm text-muted-foreground transition-colors hover:text-foreground data-pressed:bg-card data-pressed:font-medium data-pressed:text-foreground data-pressed:shadow-xs dark:data-pressed:bg-border pointer-coarse:min-h-9"
        >
          {Picture !== undefined && <Picture aria-hidden="true" className="size-3.5" />}
          {text}
        </Toggle>
      ))}
    </ToggleGroup>
  )
}
