import type { ComponentType, SVGProps } from 'react'

export interface IconButtonProps {
  readonly label: string
  readonly icon: ComponentType<SVGProps<SVGSVGElement>>
  readonly onClick: () => void
  readonly disabled?: boolean
  readonly className?: string
}

/** A button that shows only a picture, and says in words what it does. */
export function IconButton({ label, icon: Icon, onClick, disabled = false, className = '' }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={disabled}
      className={`grid size-8 shrink-0 place-items-center rounded-md text-muted-foreground transition-colors hover:bg-muted hover:text-foreground disabled:opacity-40 ${className}`}
    >
      <Icon aria-hidden="true" className="size-4" />
    </button>
  )
}
