import type { ComponentType, Ref, SVGProps } from 'react'

export interface IconButtonProps {
  readonly label: string
  readonly icon: ComponentType<SVGProps<SVGSVGElement>>
  readonly onClick: () => void
  readonly disabled?: boolean
  /** Nothing to do now; unlike a disabled button it keeps the focus. */
  readonly idle?: boolean
  readonly ref?: Ref<HTMLButtonElement>
  readonly className?: string
}

/** A button that shows only a picture, and says in words what it does. */
export function IconButton(props: IconButtonProps) {
  const { label, icon: Icon, onClick, disabled = false, idle = false, className = '', ref } = props
  return (
    <button
      ref={ref}
      type="button"
      aria-label={label}
      title={label}
      onClick={idle ? undefined : onClick}
      disabled={disabled}
      aria-disabled={idle || undefined}
      className={`grid size-8 shrink-0 place-items-center rounded-md text-muted-foreground transition-colors hover:bg-muted hover:text-foreground disabled:opacity-40 aria-disabled:opacity-40 ${className}`}
    >
      <Icon aria-hidden="true" className="size-4" />
    </button>
  )
}
