import type { ComponentProps, MouseEvent } from 'react'
import type { Icon } from './icon.ts'
import { Spinner } from './spinner.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  /** How much it asks for attention: one `primary` a view. Default `secondary`. */
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger'
  /** Default `medium`. */
  readonly size?: 'small' | 'medium' | 'large'
  /** What it was pressed for is being done: it keeps the focus, and takes no further press. */
  readonly busy?: boolean
  readonly icon?: Icon
}

const variants = {
  primary: 'bg-primary text-primary-foreground shadow-xs hover:bg-primary/90',
  secondary: 'border border-input bg-card text-card-foreground shadow-xs hover:bg-muted',
  quiet: 'text-muted-foreground hover:bg-muted hover:text-foreground',
  danger: 'bg-bad text-bad-foreground shadow-xs hover:bg-bad/90',
} as const

const sizes = {
  small: 'min-h-8 gap-1.5 rounded-lg px-3 text-sm',
  medium: 'min-h-9 gap-2 rounded-lg px-3.5 text-sm',
  large: 'min-h-11 gap-2 rounded-xl px-5 text-base',
} as const

export function Button(props: ButtonProps) {
  const {
    variant = 'secondary',
    size = 'medium',
    busy = false,
    icon: Picture,
    className = '',
    children,
    onClick,
    type = 'button',
    ...rest
  } = props

  function press(event: MouseEvent<HTMLButtonElement>) {
    if (busy) event.preventDefault()
    else onClick?.(event)
  }

  return (
    <button
      {...rest}
      type={type}
      onClick={press}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled'] || undefined}
      className={`inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition-colors disabled:opacity-45 aria-disabled:opacity-60 ${variants[variant]} ${sizes[size]} ${className}`}
    >
      {busy ? <Spinner /> : Picture !== undefined && <Picture aria-hidden="true" className="size-4 shrink-0" />}
      {children}
    </button>
  )
}
