import type { ReactNode } from 'react'
import type { Icon } from './icon.ts'

/** One of those to choose from. */
export interface Choice<T extends string> {
  readonly value: T
  /** What is shown, found by typing, and read out. */
  readonly label: string
  readonly description?: ReactNode
  readonly icon?: Icon
  readonly disabled?: boolean
}
