import type { ComponentType, SVGProps } from 'react'

/** A picture that takes its size and colour from its class. */
export type Icon = ComponentType<SVGProps<SVGSVGElement>>
