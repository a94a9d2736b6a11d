import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface TabOf<T extends string> {
  readonly value: T
  readonly label: ReactNode
  readonly content: ReactNode
  /** It stays as it was left while another is looked at. Default false. */
  readonly kept?: boolean
}

export interface TabsProps<T extends string> {
  /** What the tabs are of. */
  readonly label: string
  readonly tabs: readonly TabOf<T>[]
  /** Absent: the first, then what is chosen. */
  readonly value?: T
  readonly onChange?: (value: T) => void
  readonly className?: string
}

/** Several views of one thing, one at a time. For pages there are addresses. */
export function Tabs<T extends string>({ label, tabs, value, onChange, className = '' }: TabsProps<T>) {
  return (
    <Base.Root
      className={className}
      {...(value === undefined ? { defaultValue: tabs[0]?.value } : { value })}
      onValueChange={(next: T) => onChange?.(next)}
    >
      <Base.List aria-label={label} className="relative flex gap-1 overflow-x-auto border-b [scrollbar-width:none]">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="shrink-0 rounded-t-lg px-3 py-2 text-sm font-medium text-muted-foreground outline-offset-[-2px] hover:text-foreground data-active:text-foreground"
          >
            {tab.label}
          </Base.Tab>
        ))}
        <Base.Indicator className="absolute bottom-0 left-(--active-tab-left) h-0.5 w-(--active-tab-width) rounded-full bg-primary transition-[left,width] duration-150" />
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} keepMounted={tab.kept === true} className="pt-4 outline-offset-4">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
