import type { ComponentProps } from 'react'
import type { Icon } from './icon.ts'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'title' | 'aria-label'> {
  readonly label: string
  readonly icon: Icon
  /** Shown with the label when it is pointed at, such as `Mod+K`. */
  readonly keys?: string
  /** Nothing to do now; unlike a disabled button it keeps the focus. */
  readonly idle?: boolean
}

/** A button that shows only a picture, and says in words what it does. */
export function IconButton(props: IconButtonProps) {
  const { label, icon: Picture, keys, idle = false, onClick, className = '', type = 'button', ...rest } = props
  return (
    <Tooltip text={label} keys={keys}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        onClick={idle ? undefined : onClick}
        aria-disabled={idle || rest['aria-disabled'] || undefined}
        className={`grid size-8 shrink-0 place-items-center rounded-lg text-muted-foreground transition-colors hover:bg-muted hover:text-foreground disabled:opacity-40 aria-disabled:opacity-40 data-popup-open:bg-muted data-popup-open:text-foreground pointer-coarse:size-10 ${className}`}
      >
        <Picture aria-hidden="true" className="size-4" />
      </button>
    </Tooltip>
  )
}
